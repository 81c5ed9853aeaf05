"""The benchmarks: `make bench`, or `python -m bench` with a database of your own. Figures and targets: `bench.figures`."""
