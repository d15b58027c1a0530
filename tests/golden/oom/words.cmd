oom fixtures/oom-words.log
