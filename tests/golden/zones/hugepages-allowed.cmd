zones --root fixtures/hand-zones-hugepages.cap --threshold hugepage-node=95%
