zones --root fixtures/hand-zones-reserve.cap --threshold lowmem-reserve=50% --threshold lowmem-short=50%
