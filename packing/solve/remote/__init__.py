"""Work outside of the caller's process: children that cannot take it down, and any executor (docs/design/processes.md).

search.py    the way in: first answer here, the rest elsewhere
roles.py     who does what when several work at the same time
drive.py     one loop for all: gathers, passes on, retries, stops
crew.py      what the loop needs of those who work; children.py and futures.py are the two kinds
child.py     the child's side; process.py the parent's; pool.py keeps children warm; wire.py is what passes between them
"""
