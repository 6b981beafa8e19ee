#pragma once
#include <curl/curl.h>

/* Swift cannot call variadic functions, so each function here fixes the type of one argument. */

typedef size_t (*certctl_curl_data)(char *bytes, size_t size, size_t count, void *context);
typedef curl_socket_t (*certctl_curl_socket)(
    void *context, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode certctl_curl_set_long(CURL *h, CURLoption o, long v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode certctl_curl_set_off(CURL *h, CURLoption o, curl_off_t v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode certctl_curl_set_string(CURL *h, CURLoption o, const char *v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode certctl_curl_set_pointer(CURL *h, CURLoption o, void *v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode certctl_curl_set_list(CURL *h, CURLoption o, struct curl_slist *v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode certctl_curl_set_data(CURL *h, CURLoption o, certctl_curl_data v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode certctl_curl_set_socket(CURL *h, CURLoption o, certctl_curl_socket v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode certctl_curl_get_long(CURL *h, CURLINFO i, long *v) {
    return curl_easy_getinfo(h, i, v);
}
static inline CURLcode certctl_curl_get_pointer(CURL *h, CURLINFO i, void **v) {
    return curl_easy_getinfo(h, i, v);
}
static inline CURLMcode certctl_curl_multi_set_long(CURLM *m, CURLMoption o, long v) {
    return curl_multi_setopt(m, o, v);
}
/* The result stands in a union, which Swift does not import by its field's name. */
static inline CURLcode certctl_curl_result(const CURLMsg *m) { return m->data.result; }
/* The address lies over the end of its field: an IPv6 one is longer than a struct sockaddr. */
static inline const struct sockaddr *certctl_curl_address(const struct curl_sockaddr *a) {
    return &a->addr;
}
