"""Public instances: readers of other people's formats, each of which makes a `Problem` of what it reads.

The files themselves are no part of the project; they are read from the folder given by ``--data``.
"""
