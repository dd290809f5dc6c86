#pragma once
#include <curl/curl.h>

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic macros: one typed function for each kind of value.
static inline CURLcode cc_set_long(CURL *_Nonnull h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode cc_set_offset(CURL *_Nonnull h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode cc_set_string(CURL *_Nonnull h, CURLoption o, const char *_Nullable v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode cc_set_pointer(CURL *_Nonnull h, CURLoption o, void *_Nullable v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode cc_set_list(CURL *_Nonnull h, CURLoption o, struct curl_slist *_Nullable v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode cc_set_writer(CURL *_Nonnull h, CURLoption o,
    size_t (*_Nullable f)(char *_Nullable, size_t, size_t, void *_Nullable)) { return curl_easy_setopt(h, o, f); }
static inline CURLcode cc_set_opener(CURL *_Nonnull h, CURLoption o,
    curl_socket_t (*_Nullable f)(void *_Nullable, curlsocktype, struct curl_sockaddr *_Nullable)) { return curl_easy_setopt(h, o, f); }
static inline CURLcode cc_get_long(CURL *_Nonnull h, CURLINFO i, long *_Nonnull v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode cc_get_socket(CURL *_Nonnull h, curl_socket_t *_Nonnull s) { return curl_easy_getinfo(h, CURLINFO_ACTIVESOCKET, s); }
static inline CURLMcode cc_multi_long(CURLM *_Nonnull m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }
static inline CURL *_Nullable cc_finished(CURLMsg *_Nonnull m, CURLcode *_Nonnull result) {
    if (m->msg != CURLMSG_DONE) return 0;
    *result = m->data.result;
    return m->easy_handle;
}
enum { CC_GLOBAL_ALL = CURL_GLOBAL_ALL, CC_HTTP_2TLS = CURL_HTTP_VERSION_2TLS, CC_HTTP_1_1 = CURL_HTTP_VERSION_1_1, CC_MULTIPLEX = CURLPIPE_MULTIPLEX };
