-- Which revoked devices the deny list's receiver was not told of yet: asked for every few seconds.

CREATE INDEX devices_revoked ON devices (revoked) WHERE revoked IS NOT NULL;
CREATE INDEX outbox_denied ON outbox (uuid) WHERE topic = 'denied device';
