-- Whether a station is the device gateway, which asks who is denied and reports whom it saw, and registers nobody. NULL: it is not.

ALTER TABLE stations ADD COLUMN gateway $flag$;
