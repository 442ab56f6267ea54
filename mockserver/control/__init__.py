"""The control API: what those who steer a server may do, below a path that no client of Medusa knows."""
