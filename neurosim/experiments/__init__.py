"""Experiments that are run as a whole, and return what they measured.

Each sets up networks, models and data as a user would. May touch all that users import, and the
rooms below; `results`, which writes them down, and the command line are above. Nothing is printed
and no file is written here.
"""
