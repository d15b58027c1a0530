oom fixtures/broken-header.cap
