"""What the benchmark runs as processes of their own: servers to measure, and clients that load them."""
