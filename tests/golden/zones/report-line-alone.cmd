zones --root fixtures/6.1-two-nodes.cap --report-line 3
