/** How a message travels: as a datagram, or with its length before it on a connection (RFC 7766). */
export type Transport = 'udp' | 'tcp';
