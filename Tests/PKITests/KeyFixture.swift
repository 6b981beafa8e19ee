import Diagnostics

/// Keys as other programs write them, made for these tests with openssl 3.0; they guard nothing.
enum KeyFixture: String {
    /// P-256 in SEC1 after its parameters: `openssl ecparam -name prime256v1 -genkey`.
    case sec1WithParameters = """
        -----BEGIN EC PARAMETERS-----
        BggqhkjOPQMBBw==
        -----END EC PARAMETERS-----
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEILsRs4RtGLIYCk40pOu8oSUYrg9gnRg2Mec+0Sr9hdT8oAoGCCqGSM49
        AwEHoUQDQgAE6438jzyvZWg90DBo8AcMNiPSopgjPw1kqNuONSqFOyoWNKJRX8tE
        PaGp4xscNxugcGFu6U1P0LZfaRY1OUhU1A==
        -----END EC PRIVATE KEY-----
        """

    /// P-384 in SEC1: `openssl ecparam -name secp384r1 -genkey -noout`.
    case sec1 = """
        -----BEGIN EC PRIVATE KEY-----
        MIGkAgEBBDCmNFYqYo5Avrq6+HJcXl6pO2iBJgDsD/vv8dF23Tzp9COmx8zrdI0u
        /+/0+9MXJl6gBwYFK4EEACKhZANiAAT6Y8ljIO1OB1NMMTdjzgvPx4svQB31VA4n
        6GrDBqIPkW74PCQvXE4TSZRYjntY2092+W+N2fkYrBBU+tVIyxcCtNa6MGwOQlta
        B7VDGQvzKkgQmnWxNKi/E2A1tLE3wDw=
        -----END EC PRIVATE KEY-----
        """

    /// P-256 in PKCS#8: `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`.
    case pkcs8 = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgO7i8MYeW/OBxt7qi
        GK4Gl0plS4CTodoN2LM9AxrEfSKhRANCAASSo5ZGmyCZFfNsxlF8pxqyuqVfZDU0
        W6yPBl2x7OuZJs6Sd70UMXkJv8f9YYz3vRW37wt8DIi4grCaG3UPDnEY
        -----END PRIVATE KEY-----
        """

    /// ``pkcs8`` with a passphrase: `openssl pkcs8 -topk8 -v2 aes-256-cbc`.
    case encryptedPKCS8 = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgtspuAOIa8ZwICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBI37f/PcHneUmlBidWlpJwEgZCb
        o+PK/09f3BGHCYyDdoAOUC1muVGI19Xf11wwA4xSDTIgaonjr3w7AXojOrBZDVXB
        2ksyEpou2Gu3PKCOvkhMbdtFTTcUYpxBySmTKUoIt7O1gEaeUuZuHGwNXqun7yDh
        7EOPoqtNg+IFDxMRu6VI7/MrIXdF/6uyG3mcLTMn/hiokGJZ9dkrso82djWLCco=
        -----END ENCRYPTED PRIVATE KEY-----
        """

    /// ``pkcs8`` with a passphrase in the old form: `openssl ec -aes256`.
    case encryptedSEC1 = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-256-CBC,B178AE7D0B8201205BC345E68DBAB6B4

        0CzBvhbHi+H7FRItcO+twILZ2go9i3xOUAavK1sH8rB4p6IqWGLySVjaGJlUfBFM
        2DvDMfZF9PNpG3NMdilN2kLTw9oIP+4XKsz5HPXifCORlmpTIxwqF9gd7PB+aG2F
        XRm0T17EMSRVkzortL6VEFu+BIrw7ob8DBVaEkx7zE4=
        -----END EC PRIVATE KEY-----
        """

    /// RSA 2048 in PKCS#1: `openssl genrsa -traditional 2048`.
    case pkcs1 = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEAp1COkUjN7wwo9eW5aDkBEHiLgRukyfiYsvNV3CtiYEwEsL2X
        WfQJz6HbpvrkLPGbRh9T4Vz3iV+rqO1ib/x4Yc/7vur+mY9bnSBQuKasN4vhek/W
        n4tWLwSLTpMABXRpN5NFBxXEr31869dbW9UnKc/8IFldjSmJCAcC4bDCzSGErNWR
        zHhiYbpIzpg4IgRYmJKDkY7I173RgtJAHN2X7IVMrROycRXsJZtDafACQ/mcnTeg
        dCW3HEGeAO3wfLa8x9igXDmEIuX7XKL36YJSAzisxoWHk/idR3z/9Sv4Yn1i5zva
        fkbZmY6jYUBxEA4FF/wrKtBPo0MxaAxBubM7kwIDAQABAoIBAAExrkUTvMtczf8s
        Zxsx4YYQSHVzIw44O66/1UFR2oPha5O4ePMw0vSHiJ18vpuQE5GcQnuP1Eoi+qeA
        jHy5066vBZbrgUY4/tYZF4OHj0TL7ejgsrO0yW8+Lnzno6pmTNsTQI8l0FZjtpep
        bznDsj1IuUcOZVuqi+70KUjRVvu07JPL+R5po9UeN3ZfB4Nq/G8wmIRd9aN9Xleb
        EVjEINLiCCyFk3NLlHbrR0+Mm6PfbtoagRbgJ1b1+NeBw4yXXL67IwwjZ/UPWPuo
        IIDCQT6dh7iYc3xE1GkaJ6i/I/+xRdat07cRpCe2/MaY/rde7arl0btjpqIn94cM
        gs+R5mECgYEA0Cjo/i0Hqo5WlopJd9tQ6Ufc/y5O+fetNCcwr1yn3jCTC6nFH3/O
        keuYNzEyMqzfnSrhMeHejXLjEFu+p301yW8Lwc9J0rf6aVMTZjMBLy8dXQe/4xn/
        JuK8ZL8LgRVmMe9vRcxHJc7PSg+724BN2kKEdWkAphaJ0P2wEUIENlsCgYEAzcSF
        pO03gP1F+oHPXJJGDBJfqqTTbmAPnKsVjMaYoMjtS/gvJ/fojx+5Q+kHwUCo2Trc
        bOC6TLUBdOi5Q1SL8quXgeYjt2r858+3hBeEQwlSfLcD1sAssntuZqRonrkUyhgK
        cw01xECBJwicuuS0fugzprVTUyzYW3sSc/sgRSkCgYAZ+ACZNSTvsjI7NaVUvpep
        gr2fWDeiF7QT/Y+lUPngTk8J9XQSKe+rZKjoucp5Z/e9s8vEXVlWbC7Hq6ptWsGL
        D793vlSHZUxoN2UEKvjK2iXfpUfbHTMntsGqD+tvfyvwrt5C5uk5XkOeCbh1+du8
        ju/XdfIOxmELIZsFjCbaYQKBgQCwPEiGyJHITaTY+MNksveBsV70pbVdDLNyaOnN
        J+9jjpQHhCrHXcJ2iyI/cuAsebfkTlCqhBOsTT9RJV4/t7Mhhiv+muEuYFj6JmM0
        pHuoetyGaq3ECdZ+i88z5E6i2zxeFxckEUVisCiuCOdL/0REiZZri1QxofAw8gkN
        AyJReQKBgEV6Av5Bw83qEo0pZKqYdlm8B3yzjTlVcqBbzOZJIaj7d3FheDhHnsUM
        W/5HqsfVQhG9LCjtAcah4J6L9f5hDwYw8ImMTFKspojpYAoCPjxLJ7X23QQtA53W
        kYBRulg3IhBvER0Vyf+lRSUBY9nhHgnC331IF+aVvMRsJpHQRPqv
        -----END RSA PRIVATE KEY-----
        """

    /// `openssl genpkey -algorithm ED25519`.
    case ed25519 = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIB8BUrpR2BWAmVrt8p5B1VV+MTxV8d+Sx0o1+i7mHAS7
        -----END PRIVATE KEY-----
        """

    /// `openssl ecparam -name secp521r1 -genkey -noout`.
    case p521 = """
        -----BEGIN EC PRIVATE KEY-----
        MIHcAgEBBEIBbLl6wrPXdjlZRW2eJP4OC0S9tmqxE1djGfH7tXjJjsmjiYgr6VP3
        Fik+8awo0hGZGznJzB846nNxeQQ25KKgUgagBwYFK4EEACOhgYkDgYYABAH8sIJS
        As7QpSLW1MqsWAHnhthiGgtMXIWgN20kETIrgauqQ2LGpEI7zU7Pz9I42JOy3D2O
        Ov7GZVZ1uDKWS/OEDAEddalxJBHMoT9Ex1xKcAtsUb0xxA9T878jsuyKfaZ52U7n
        KTCfhb8D6666uZpHSWX5UybtloAcpkQbHpQERj6/QA==
        -----END EC PRIVATE KEY-----
        """

    /// `openssl ecparam -name prime256v1 -genkey -noout -param_enc explicit`.
    case explicitParameters = """
        -----BEGIN EC PRIVATE KEY-----
        MIIBaAIBAQQgTSzaERzliWB8024DDjSrulqcoIIvaQbT/ExZ89ydk6eggfowgfcC
        AQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////
        MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57Pr
        vVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEE
        axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54W
        K84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8
        YyVRAgEBoUQDQgAEIl2JHgDi44xfwJxAx81XjqUPRTqqZFM6w52QM7bGDtYT+zpW
        hJW2cMMwCBW0XJIw6ZModpBlzCE2KwnVT5+nhw==
        -----END EC PRIVATE KEY-----
        """

    /// `openssl genrsa -traditional 1024`.
    case rsa1024 = """
        -----BEGIN RSA PRIVATE KEY-----
        MIICXAIBAAKBgQC/+L4L55+zBVfySrtpwsI2v1/r2+Hy0H2uqRyWEz3NFxqkyNEo
        gYXiJLQnBbHu0Z2WHk40o47wS24vaigNQmZhoBWt4cAEOYFy/F09eX9EKSW8vo1L
        UzN9QbEET9sv/0SWppqE+zSBMmLNB3Eyl/KdhR+sUsp1AqSfCGFnoGG0YQIDAQAB
        AoGASJ+4fdZ1YwtddwrwlZUZVg7WIetAMlTPhzjw2JGU6raX3Mkf31wIo0HRaYXN
        B5UDMdxrJ5zMoXlXyNY3KrT498L7wkoF1C+SMVY/9/geC3wl/dB3/pEdf84wSzLm
        ZS0DMf7BPCvJIm3UOKCNr5JWXzDvMyJ7K8JS5aZlastWknUCQQD4k8/Ytoqi4oB9
        qQfCXrqVJYplEMCL7CuOHFWLDtPQEsLN/rtlhgMuO66b1adar4xt+1Z8sRA1TWEG
        RC/5Xm4DAkEAxbQ40b4l9+dfCC9MO/7UKuHe/1YpcFj5//0J2RJIl7ni8Ui63D4t
        +9Lg9Hqn6bgPOoigSVQcxC+FMxOyAHAoywJAAqa48cvIoMIfsrdp0MXn4Y1b84YB
        N7zWHhbpRqlq0u5QS5gq8YNDZ2vVie32cf4rVkT3AC93R8pCfamehV9fdwJAOwGX
        E8KUwnCjxGWZcy6TVFklnT+yDn3/348+KTNzxxULzsfOPX2xa798tHsHMpJkuSud
        60TXcRZdwujV75uKEQJBAJGVTrIUtucIDNHRo8MJ5+t4igvuzgiW+GhbgaNIpXw8
        1eEE36B/wARgfOpSjrFMhzvk5YsFj3OciRMZIgwH7Hs=
        -----END RSA PRIVATE KEY-----
        """

    /// `openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024`.
    case rsaPSS = """
        -----BEGIN PRIVATE KEY-----
        MIICdQIBADALBgkqhkiG9w0BAQoEggJhMIICXQIBAAKBgQC7v9fu0S0cDTuR+Dol
        BaHdWpBO8faVdHFa2FBiSi8JRiJf+mcMAJMDpd0+bS8tOQtwmMnQx0RD5Siem6jw
        aLGEm5H2GV7tQ6H07dLiax4oVe1Ql13Xqx+LjFWG4aCVPfhjYPC5vKX/hkIGfNdy
        qdV0xehiwbwgDWKkbBwEKQngpwIDAQABAoGBAJZAka6t+EvayzGmVeIK/98F+zcy
        rQQujAkH1EzU0Y+6cQgefRk93Gmu88Bh4L9wR5d0rw5GantriXZlXG4JWwZGDr6x
        5X1St0gclffhkdayITdvUT5VrjrGukMk+8fz+BsLfL0/Ik4pPP0/Nvom3O83at/I
        xKoqTuQCq84bbbYBAkEA3VDacuDAK2lIaclGkzgZ3kjDE0KvTC85k4DcW0DhDCVe
        ls7bpK3CTTjK4jt+NEc5kuGMwoQu0A+He2/SdhsOPwJBANksT6jQulS5Pu16H7Yd
        EvpCasKycR92kNC+IExGfmMuUXZz+3pfkuqSpp1Sa6UU6vkbpwsRRTK8ySKTvwSk
        Y5kCQFfn2IzOpqXXkLKsBsNNAkFfZ1SMJTK+g0EKavw3/eukIDkIewejGM0xZKyN
        cuhy7fRgcFeGx01PDcJCvTa6MmMCQHuXxSnsx+4Jkq9xrfRlbXRxMfLlvI1MW7QA
        T7846xqktIW2Eesd0y2eEiY8TrifQ+5K93DL/laWq9z6ul349BkCQQCgeZycu5Lm
        7InA4KYTYvyc3clQTV/IEYAHc+I755/zHRWPxzSjBwDq/Rg5tIYwFEnMQfM4G8r5
        18cCPOuysQ0d
        -----END PRIVATE KEY-----
        """

    /// P-256 whose public point has an x that starts with a zero byte.
    case leadingZeroX = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkS4SYo2K+GoMPmTa
        3ML9YXLFcyqgfvnYBV2iaVZNMN6hRANCAAQAGJHT0GYuPQmwkq7P2Mi1xgk40je4
        +h6mtB/pMY8s/JUG07gUphh3Vh2YYhYMNHczxni5kHfiUsRhjHECPAW/
        -----END PRIVATE KEY-----
        """

    /// P-256 whose public point has a y that starts with a zero byte.
    case leadingZeroY = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggnY6gVn11yCMZnbC
        UTSwJOEi2TkOyRF/ngpIfNDP/OKhRANCAARhMFVnwATK2/5kzzMkuYRSLFFR0qxM
        aGNRaIlcSwO8YQAHDnIMy2TA8ZL+T+MQniDovJBsRWzac+0u2E6Eout8
        -----END PRIVATE KEY-----
        """

    /// The key's file.
    var pem: Secret<[UInt8]> { secret(rawValue) }
}
