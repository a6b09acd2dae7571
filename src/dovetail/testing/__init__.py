"""Suites and tools shipped for those who write drivers, KPIs and screens of their own."""
