"""pretix's REST API, from a device's side.

A gate is a device of an organiser's and works at one check-in list of one event. A ticket is an
order's position, known by its secret; its section is its product. The secret is what the rest of
the program calls a serial.
"""
