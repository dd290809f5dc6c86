// This target is not written yet.
