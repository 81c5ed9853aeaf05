"""The benchmarks: `make bench`, or `python -m bench` with a database of your own. Targets: `bench.figures`."""
