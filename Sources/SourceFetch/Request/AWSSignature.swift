import Basics
import Crypto
import HTTPClient

/// Signature version 4 of AWS. The rules are those of "Create a signed AWS API request" in AWS's IAM User Guide, and
/// for `s3` those of "Authenticating Requests (AWS Signature Version 4)" in the S3 API Reference.
struct AWSSignature: Sendable {
    let service: String
    let region: String
    let accessKeyID: String
    let secretAccessKey: String
    let sessionToken: String?

    private static let algorithm = "AWS4-HMAC-SHA256"
    /// Headers that a proxy may change.
    private static let unsignedHeaders: Set<String> = ["authorization", "user-agent", "x-amzn-trace-id"]

    /// S3 hashes the body in a header, and takes the path as it is sent instead of encoding it once more.
    private var hasRulesOfS3: Bool { service == "s3" || service == "s3-outposts" }

    /// The request with its signature, good for five minutes around `now`.
    func signing(_ request: HTTPRequest, at now: Instant) -> HTTPRequest {
        guard let address = WebAddress(request.url) else { return request }
        var signed = request
        let time = String(now.iso8601Seconds.filter { $0 != "-" && $0 != ":" })
        signed.headers.append(.init("X-Amz-Date", time))
        if let sessionToken { signed.headers.append(.init("X-Amz-Security-Token", sessionToken)) }
        if hasRulesOfS3 { signed.headers.append(.init("X-Amz-Content-Sha256", Self.hash(request.body ?? []))) }
        let canonical = canonicalRequest(signed, address)
        let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
        let toSign = [Self.algorithm, time, scope, Self.hash(Array(canonical.text.utf8))].joined(separator: "\n")
        let signature = Hexadecimal.text(of: Self.code(toSign, key: key(of: time.prefix(8))))
        signed.headers.append(
            .init(
                "Authorization",
                "\(Self.algorithm) Credential=\(accessKeyID)/\(scope), SignedHeaders=\(canonical.headers), Signature=\(signature)"
            ))
        return signed
    }

    /// What is signed, and the names of the headers in it.
    func canonicalRequest(_ request: HTTPRequest, _ address: WebAddress) -> (text: String, headers: String) {
        var headers = request.headers.map { ($0.name.lowercased(), Self.folded($0.value)) }
            .filter { !Self.unsignedHeaders.contains($0.0) }
        headers.append(("host", address.host))
        headers.sort { $0.0 < $1.0 }
        let names = headers.map(\.0).joined(separator: ";")
        let lines =
            [request.method.rawValue, path(of: address), Self.query(of: address)]
            + [headers.map { "\($0.0):\($0.1)\n" }.joined(), names, Self.hash(request.body ?? [])]
        return (lines.joined(separator: "\n"), names)
    }

    // MARK: Parts

    private func path(of address: WebAddress) -> String {
        let path = address.path.isEmpty ? "/" : String(address.path)
        guard !hasRulesOfS3 else { return path }
        return path.split(separator: "/", omittingEmptySubsequences: false).map { PercentEncoding.encode(String($0)) }
            .joined(separator: "/")
    }

    /// Sorted by name, then value, each encoded once however it was written.
    private static func query(of address: WebAddress) -> String {
        let query = address.rest.dropFirst(address.path.count).drop { $0 == "?" }.prefix { $0 != "#" }
        let pairs = query.split(separator: "&").map { pair -> (String, String) in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (encodedOnce(halves[0]), halves.count == 2 ? encodedOnce(halves[1]) : "")
        }
        return pairs.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    private static func encodedOnce(_ text: String) -> String {
        PercentEncoding.encode(PercentEncoding.decode(text) ?? text)
    }

    /// Without blanks at the ends, and with single ones between.
    private static func folded(_ value: String) -> String {
        value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    }

    // MARK: Hashes

    private func key(of date: Substring) -> [UInt8] {
        [String(date), region, service, "aws4_request"].reduce(Array("AWS4\(secretAccessKey)".utf8)) { key, part in
            Self.code(part, key: key)
        }
    }

    private static func code(_ text: String, key: [UInt8]) -> [UInt8] {
        HMACSHA256.authenticationCode(for: Array(text.utf8), key: key)
    }

    private static func hash(_ bytes: [UInt8]) -> String { Hexadecimal.text(of: SHA256.digest(of: bytes)) }
}
