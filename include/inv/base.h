/*
 * inv/base.h: what all the others need.
 */
#ifndef INV_H_BASE
#define INV_H_BASE

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define INV_BEGIN_DECLS extern "C" {
#define INV_END_DECLS	}
#else
#define INV_BEGIN_DECLS
#define INV_END_DECLS
#endif

#if defined(__GNUC__)
#define INV_API __attribute__((visibility("default")))
#else
#define INV_API
#endif

/*
 * Marks a member that may be left out. Where C++ warns of members that are
 * missing in an initialiser, it warns of the others only.
 */
#if defined(__cplusplus) && __cplusplus >= 201402L
#define INV_OPT \
	{       \
	}
#else
#define INV_OPT
#endif

INV_BEGIN_DECLS

#define INV_VERSION	"0.1.0"
#define INV_VERSION_NUM 0x000100 /* two hexadecimal digits for each part */

/* The version of the library that is loaded; INV_VERSION is the header's. */
INV_API const char *inv_version(void);

struct inv_client; /* inv/client.h */

/*
 * Frees whatever this library handed out: results, pages, clients and the
 * rest; NULL is nothing. No call may be using it any more.
 */
INV_API void inv_free(void *handed_out);

INV_END_DECLS

#endif
