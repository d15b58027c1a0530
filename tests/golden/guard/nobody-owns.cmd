guard --replay fixtures/guard/tmpfs-holds-all.rec
