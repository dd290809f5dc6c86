/// The form of a kind of secret: how it begins and what follows.
struct SecretShape: Sendable {
    enum Kind: Sendable {
        /// At least `least` bytes of `alphabet`.
        case key(least: Int, alphabet: ByteClass)
        /// As many hexadecimal digits.
        case hexadecimal(Int)
        /// Two or three parts between dots.
        case webToken
        /// The address of a webhook: whoever knows its path can post.
        case webhook
        /// A block of PEM.
        case keyBlock
        /// `Bearer` and `Basic`, also without the header's name.
        case scheme
        /// `--api-key VALUE`.
        case option
        /// Three signs before the prefix belong to it.
        case azureSecret
        /// The value of a secret of this process.
        case known
    }

    let prefix: [UInt8]
    let kind: Kind
    /// The prefix also occurs in ordinary names, so that what follows has to be random.
    let isOrdinary: Bool

    init(_ prefix: String, _ kind: Kind, isOrdinary: Bool = false) {
        self.prefix = Array(prefix.utf8)
        self.kind = kind
        self.isOrdinary = isOrdinary
    }
}

/// All shapes, found by their first three bytes in either case.
struct SecretShapes: Sendable {
    static let published = SecretShapes(known: [])

    private var buckets: [[SecretShape]] = [[]]
    private var bucketOfKey = [UInt16](repeating: 0, count: 1 << 15)

    init(known: [String]) {
        let known = known.map { SecretShape($0, .known) }.map { shape in
            SecretShape(String(decoding: PlainReading(shape.prefix).bytes, as: UTF8.self), .known)
        }
        // A longer value may begin like a shorter one, and a value may have a published shape.
        for shape in known.sorted(by: { $0.prefix.count > $1.prefix.count }) + Self.all where shape.prefix.count >= 3 {
            let key = Self.key(shape.prefix[0], shape.prefix[1], shape.prefix[2])
            if bucketOfKey[key] == 0 {
                bucketOfKey[key] = UInt16(buckets.count)
                buckets.append([])
            }
            buckets[Int(bucketOfKey[key])].append(shape)
        }
    }

    func hasAny(_ key: Int) -> Bool { bucketOfKey[key] != 0 }
    subscript(key: Int) -> [SecretShape] { buckets[Int(bucketOfKey[key])] }

    static func key(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        Int(first & 31) << 10 | Int(second & 31) << 5 | Int(third & 31)
    }

    private static let all = tokens + dotted + ordinary + hexadecimal + addresses + special

    /// Prefixes as their providers document them.
    private static let tokens: [SecretShape] = [
        // OpenAI, Anthropic, OpenRouter, Langfuse
        "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-ant-", "sk-or-", "sk-lf-", "pk-lf-",
        // Groq, xAI, Perplexity, NVIDIA, Tavily, LangSmith, Pinecone
        "gsk_", "xai-", "pplx-", "nvapi-", "tvly-", "lsv2_pt_", "lsv2_sk_", "pcsk_",
        // GitHub, GitLab
        "github_pat_", "ghp_", "gho_", "ghs_", "ghu_", "ghr_",
        "glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "glagent-", "gloas-", "glft-", "glimt-",
        // Slack
        "xoxb-", "xoxp-", "xoxa-", "xoxs-", "xoxe-", "xoxe.xoxp-", "xoxr-", "xoxo-", "xoxc-", "xoxd-", "xapp-",
        // Google, AWS session tokens
        "AIza", "GOCSPX-", "IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz",
        // Stripe, Razorpay, Square, Flutterwave
        "sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_", "rzp_live_", "sq0atp-", "sq0csp-", "FLWSECK_",
        "FLWSECK-",
        // npm, Docker, RubyGems, Buildkite, CircleCI
        "dckr_pat_", "dckr_oat_", "rubygems_", "bkua_", "CCIPAT_", "pypi-AgE",
        // Linear, Sentry, Grafana, New Relic, PostHog
        "lin_api_", "lin_oauth_", "lin_wh_", "sntrys_", "sntryu_", "sntryi_", "glsa_", "glc_", "NRAK-", "phx_",
        // DigitalOcean, Shopify, Supabase, PlanetScale, Netlify, Cloudflare, Heroku, Fly, 1Password
        "dop_v1_", "doo_v1_", "dor_v1_", "shpat_", "shpca_", "shppa_", "shpss_", "sbp_", "sb_secret_", "pscale_tkn_",
        "pscale_pw_", "nfp_", "v1.0-", "HRKU-", "fm2_", "fo1_", "ops_eyJ",
        // Postman, Atlassian, Figma, Notion, Contentful, Brevo, Mailchimp's Mandrill, HubSpot, Typeform
        "PMAK-", "ATATT3", "ATCTT3", "figd_", "ntn_", "CFPAT-", "xkeysib-", "xsmtpsib-", "pat-na1-", "pat-eu1-", "tfp_",
        "AGE-SECRET-KEY-1",
    ].map { SecretShape($0, .key(least: 8, alphabet: .token)) }

    private static let dotted: [SecretShape] = [
        // Google, HashiCorp Vault, Doppler, MailerSend, Dropbox
        "ya29.", "hvs.", "hvb.", "hvr.", "dp.pt.", "dp.st.", "mlsn.", "sl.u.",
    ].map { SecretShape($0, .key(least: 12, alphabet: .dotted)) }

    /// Prefixes that ordinary names have too: `task-`, `hf_hub`, `npm_config`, `Asia`.
    private static let ordinary: [SecretShape] =
        [
            SecretShape("sk-", .key(least: 8, alphabet: .token), isOrdinary: true),
            SecretShape("SG.", .key(least: 20, alphabet: .dotted), isOrdinary: true),
            SecretShape("1//0", .key(least: 30, alphabet: .token), isOrdinary: true),
            SecretShape("oy2", .key(least: 40, alphabet: .word), isOrdinary: true),
        ]
        + ["AKIA", "ASIA", "ABIA", "ACCA"].map { SecretShape($0, .key(least: 16, alphabet: .word), isOrdinary: true) }
        + ["hf_", "npm_", "r8_", "fw_", "re_", "pypi-"].map {
            SecretShape($0, .key(least: 20, alphabet: .token), isOrdinary: true)
        }

    /// Mailgun, Databricks, Twilio.
    private static let hexadecimal: [SecretShape] =
        [SecretShape("key-", .hexadecimal(32), isOrdinary: true), SecretShape("dapi", .hexadecimal(32))]
        + "0123456789abcdef".map { SecretShape("SK\($0)", .hexadecimal(31), isOrdinary: true) }

    private static let addresses: [SecretShape] = [
        "hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/",
        "hooks.slack-gov.com/services/", "discord.com/api/webhooks/", "discordapp.com/api/webhooks/",
        "webhook.office.com/webhookb2/", "outlook.office.com/webhook/", "hooks.zapier.com/hooks/catch/",
        "events.pagerduty.com/integration/", "api.telegram.org/bot",
    ].map { SecretShape($0, .webhook) }

    private static let special: [SecretShape] =
        [
            SecretShape("eyJ", .webToken), SecretShape("-----BEGIN ", .keyBlock), SecretShape("Bearer ", .scheme),
            SecretShape("Basic ", .scheme), SecretShape("8Q~", .azureSecret), SecretShape("7Q~", .azureSecret),
        ] + "acdgklmprstuvwx".map { SecretShape("--\($0)", .option) }
}
