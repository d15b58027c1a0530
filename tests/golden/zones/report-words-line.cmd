zones --report fixtures/oom-words.log --report-line 5
