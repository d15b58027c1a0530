guard --check-config --replay x
