"""Samples in the forms in which others read them: tables for analysts, arrays for browsers, sheets for everybody."""
