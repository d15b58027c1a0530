zones --root fixtures/hand-zones-hugepages.cap --request 'pid=400 order=2'
