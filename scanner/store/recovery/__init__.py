"""A damaged database: kept aside, read page by page, and reconstructed."""
