"""The first start: from nothing to an open gate, one question a step."""
