zones --root fixtures/hand-zones-hugepages.cap --request 'pid=400 cpu=0 policy=bind:1'
