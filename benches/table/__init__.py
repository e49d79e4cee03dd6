"""The table of BENCHMARKS.md: what is measured, how, and what was asked for."""
