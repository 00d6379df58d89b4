"""How the catalogue's data files are made from their sources' figures."""
