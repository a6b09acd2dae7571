"""Samples that a disk has spoilt come back from where they are still whole: a backup, or an installation beside."""
