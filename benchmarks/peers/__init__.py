"""What others do, in the same run: one peer, one file. Settings and what is fair about them: docs/benchmarks.md."""
