from hypothesis import settings

# A busy machine may stall any single example; that says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
