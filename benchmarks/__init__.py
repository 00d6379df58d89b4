"""The laboratory: suites that measure the library beside peers and on public instances. ``python -m benchmarks --help`` lists them."""
