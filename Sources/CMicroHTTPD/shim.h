#pragma once
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <microhttpd.h>

// MHD_start_daemon is variadic, which Swift cannot call.
static inline struct MHD_Daemon *_Nullable cm_start(const struct sockaddr_in *_Nonnull address, unsigned flags,
    unsigned max_connections, unsigned timeout_seconds, unsigned memory_limit,
    MHD_AccessHandlerCallback _Nonnull handler, MHD_RequestCompletedCallback _Nonnull completed,
    MHD_NotifyConnectionCallback _Nonnull connected,
    void *_Nullable (*_Nonnull target)(void *_Nullable context, const char *_Nonnull uri,
        struct MHD_Connection *_Nonnull connection),
    void *_Nullable context) {
    return MHD_start_daemon(flags, 0, NULL, NULL, handler, context,
        MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_CONNECTION_LIMIT, max_connections,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)memory_limit,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u,
        MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        MHD_OPTION_NOTIFY_CONNECTION, connected, context,
        MHD_OPTION_URI_LOG_CALLBACK, target, context,
        MHD_OPTION_END);
}

// Ends the request target before its query. libmicrohttpd 0.9.75 keeps 64 bytes of the connection's memory for each parameter of
// the query and never answers when that memory is full; a query that it does not see is without limit. `uri` lies in that memory.
static inline void cm_hide_query(const char *_Nonnull uri) {
    char *mark = strchr(uri, '?');
    if (mark && mark[1]) mark[1] = 0;
}

// The port the daemon really listens on: of use when it was asked for port 0. 0 when unknown.
static inline uint16_t cm_port(struct MHD_Daemon *_Nonnull daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

// The socket of a connection; -1 when unknown.
static inline int cm_socket(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

// The IPv4 address of the client in network order; 0 when unknown.
static inline uint32_t cm_peer(struct MHD_Connection *_Nonnull connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr || info->client_addr->sa_family != AF_INET) return 0;
    return ((const struct sockaddr_in *)info->client_addr)->sin_addr.s_addr;
}
