"""Tests of what the measurements calculate; what they measure is in no test."""
