import Basics

/// One secret of each published form. Nothing opens with them: they are made of one fixed sequence of letters and digits.
package struct PlantedSecret: Hashable, Sendable {
    /// The text that someone wrote.
    package var text: String
    /// The part of it that must not be seen.
    package var secret: String

    private static let letters = "Qm7Zp2Lx9Vb4Tn8Rk3Wd6Hs1Jf5Gc0YaUeIoPqMzXnCvBt2L"
    private static let digits = "4bf92f3577b34da6a3ce929d0e0e4736"

    private static func key(_ count: Int) -> String { String((letters + letters).prefix(count)) }

    private static func with(_ prefix: String, _ secret: String, _ suffix: String = "") -> PlantedSecret {
        PlantedSecret(text: prefix + secret + suffix, secret: secret)
    }

    /// Keys that are known by their prefix, and can be disguised.
    package static let keys: [PlantedSecret] = [
        ("sk-", 48), ("sk-proj-", 48), ("sk-svcacct-", 48), ("sk-ant-api03-", 48), ("sk-or-v1-", 48), ("sk-lf-", 36),
        ("gsk_", 48), ("xai-", 48), ("pplx-", 48), ("r8_", 37), ("hf_", 34), ("github_pat_", 48), ("ghp_", 36),
        ("gho_", 36), ("ghs_", 36), ("ghu_", 36), ("ghr_", 36), ("glpat-", 20), ("xoxb-1234567890-", 24),
        ("xoxp-1234567890-", 24), ("xoxa-2-", 24), ("xoxs-", 24), ("xapp-1-", 40), ("AIza", 35), ("ya29.", 48),
        ("GOCSPX-", 28), ("sk_live_", 24), ("rk_live_", 24), ("whsec_", 32), ("npm_", 36), ("pypi-AgEIcHlwaS5vcmc", 48),
        ("dckr_pat_", 27), ("glsa_", 32), ("lin_api_", 40), ("lin_oauth_", 40), ("sntrys_", 48), ("sntryu_", 48),
        ("hvs.", 24),
        ("dop_v1_", 48), ("shpat_", 32),
    ].map { with($0.0, key($0.1)) }

    /// Those that are known by what stands around them.
    package static let others: [PlantedSecret] = [
        with("AKIA", "QM7ZP2LX9VB4TN8R"), with("aws_secret_access_key = ", key(40)),
        with("AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjE", key(48)),
        with("https://hooks.slack.com/services/T0AB12CD3/B0AB12CD4/", key(24)),
        with("https://discord.com/api/webhooks/123456789012345678/", key(48)),
        with("https://api.test/v1?access_token=", key(30)), with("https://api.test/v1?a=1&api_key=", digits, "&b=2"),
        with("Authorization: Bearer ", key(30)), with("Authorization: Basic ", "dXNlcjpwYXNzd29yZDE="),
        with("postgres://app:", "s3cr3tPw", "@db.internal:5432/app"), with("redis://:", "hunter22", "@cache:6379"),
        with("mongodb+srv://app:", "p%40ssw0rd", "@c.mongodb.net"), with("SG.", key(22) + "." + key(43)),
        with("SK", digits), with("key-", digits), with("TWILIO_AUTH_TOKEN=", digits), with("DD_API_KEY=", digits),
        with("dd-application-key: ", digits + "0e0e4736"), with("api-key: ", digits),
        with("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=", key(86) + "==", ";EndpointSuffix=core.test"),
        with("123456789:AA", key(33)), with("password=\"", "hunter2", "\""), with("password: ", "hunter2"),
        with("{\"password\": \"", "hunter2 and more", "\"}"), with("--api-key ", key(30)), with("abc8Q~", key(34)),
        with("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.", key(43)),
        with("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA", key(48)),
        with("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", key(48), "\n-----END OPENSSH PRIVATE KEY-----"),
        with("{\"type\":\"service_account\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n", key(48), "\\n\"}"),
    ]

    package static let all = keys + others

    /// The same key as someone writes it who hides it, or as a broken line of a log leaves it.
    package var disguises: [PlantedSecret] {
        func spelled(_ spell: (Character) -> String) -> PlantedSecret {
            PlantedSecret(text: text.map(spell).joined(), secret: secret.map(spell).joined())
        }
        let glue = ["\u{7}", "\u{200B}", "\u{A0}", "KEY_", "cfg.", "x-", "\\n", "\\\\u0007", "\u{1B}[31m"]
        let dashes = ["%2D", "\\u002d", "&#45;", "\u{2011}"]
        let encoded = Base64.encode(text)
        return glue.map { PlantedSecret(text: "alice" + $0 + text, secret: secret) }
            + dashes.map { dash in spelled { $0 == "-" ? dash : String($0) } } + [
                spelled { $0.uppercased() },
                spelled { $0.unicodeScalars.map { Unicode.Scalar($0.value + 0xFEE0).map(String.init) ?? "" }.joined() },
                PlantedSecret(text: text.prefix(2) + "\u{200B}" + text.dropFirst(2), secret: secret),
                PlantedSecret(text: text.prefix(2) + "\u{A0}" + text.dropFirst(2), secret: secret),
                PlantedSecret(text: encoded, secret: String(encoded.dropFirst(4).prefix(16))),
            ]
    }
}
