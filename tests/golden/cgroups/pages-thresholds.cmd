cgroups --pages --threshold cg-uncharged=800 --threshold cg-dying=500 --threshold cg-tmpfs=500 --root fixtures/hand-cgroups-pages.cap
