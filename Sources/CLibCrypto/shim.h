#pragma once
/* What is not included here does not exist for Swift. */
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/stack.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* A macro of macros, which Swift does not import: names on one line as RFC 2253 writes them. */
enum { certctl_xn_flag_rfc2253 = XN_FLAG_RFC2253 };
