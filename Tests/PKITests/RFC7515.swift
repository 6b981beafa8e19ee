import Diagnostics
import FoundationEssentials
import PKI
import TestSupport

/// The examples of RFC 7515: keys as JWKs, what is signed, and the published signatures.
enum RFC7515 {
    /// Appendix A.2: RS256.
    enum A2 {
        static let input = Array((header + "." + payload).utf8)
        static let header = "eyJhbGciOiJSUzI1NiJ9"
        static let signature = base64URL(signatureText)

        /// The key as PKCS#1, made from the JWK's members.
        static func key() throws -> PrivateKey {
            let numbers = [n, e, d, p, q, dp, dq, qi].map { DER.integer(base64URL($0)) }
            let der = DER.element(0x30, DER.integer([0]) + numbers.flatMap(\.self))
            return try PrivateKey(pem: Secret(PEM.encode(der, label: "RSA PRIVATE KEY")))
        }

        static let e = "AQAB"
        static let n = """
            ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp\
            -Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOW\
            vG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs\
            LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k\
            G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2\
            PAcDTW9gb54h4FRWyuXpoQ
            """
        static let d = """
            Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_G\
            Q5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKV\
            RUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9J\
            YanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoF\
            aFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjn\
            czT0QU91p1DhOVRuOopznQ
            """
        static let p = """
            4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBds\
            s1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ\
            5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc
            """
        static let q = """
            uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHA\
            jLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLt\
            XlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc
            """
        static let dp = """
            BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE\
            2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_\
            YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0
            """
        static let dq = """
            h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDo\
            RwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGN\
            pmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU
            """
        static let qi = """
            IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0Em\
            pScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1c\
            q9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U
            """
        static let signatureText = """
            cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7\
            AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4\
            BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K\
            0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv\
            hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB\
            p0igcN_IoypGlUPQGe77Rw
            """
    }

    /// Appendix A.3: ES256.
    enum A3 {
        static let input = Array((header + "." + payload).utf8)
        static let header = "eyJhbGciOiJFUzI1NiJ9"
        static let signature = base64URL(
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        )
        static let x = base64URL("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")
        static let y = base64URL("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
        static let d = base64URL("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")

        /// The key as SEC1, made from the JWK's members.
        static func key() throws -> PrivateKey {
            let der = DER.sequence(
                DER.integer([1]),
                DER.octetString(d),
                DER.wrapped(0, ObjectIdentifiers.p256),
                DER.wrapped(1, DER.bitString([4] + x + y))
            )
            return try PrivateKey(pem: Secret(PEM.encode(der, label: "EC PRIVATE KEY")))
        }
    }

    /// The payload of both examples.
    static let payload = """
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
        cGxlLmNvbS9pc19yb290Ijp0cnVlfQ
        """
}

/// Decodes base64url without padding; empty for what is not.
private func base64URL(_ text: String) -> [UInt8] {
    let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - base64.count % 4) % 4)
    return Array(Data(base64Encoded: base64 + padding) ?? Data())
}
