guard --replay fixtures/guard/zfs-arc.rec
