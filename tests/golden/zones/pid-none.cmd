zones --root fixtures/hand-zones-hugepages.cap --request pid=999
