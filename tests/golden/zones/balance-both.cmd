zones --balance --apply --dry-run
