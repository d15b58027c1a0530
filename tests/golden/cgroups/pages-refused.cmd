cgroups --proof pages --root fixtures/hand-pages-sums.cap
