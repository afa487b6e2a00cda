"""The way from every older database to the present one; run by `storage.database`, shipped with the program.

A new version is a module in `versions/`, named and numbered after the one before ("v0002_…", revision "0002"). Versions
are written by hand and never edited once released. Numbers are compared to tell a newer database from an older one.
"""
