import Basics
import HTTPClient
import Testing
import WebServer

@testable import SourceFetch
@testable import SourceSpec

/// The vectors are the published examples of AWS: those of the IAM User Guide, of the signature test suite, and of the
/// S3 API Reference, with the keys that AWS made up for them.
@Suite("AWS signatures")
struct AWSSignatureTests {
    private func signature(_ service: String, _ secret: String, id: String, token: String? = nil) -> AWSSignature {
        AWSSignature(
            service: service, region: "us-east-1", accessKeyID: id, secretAccessKey: secret, sessionToken: token)
    }

    private func header(_ name: String, of request: HTTPRequest) -> String? {
        request.headers.first { $0.name.lowercased() == name }?.value
    }

    private var iam: AWSSignature {
        signature("iam", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", id: "AKIDEXAMPLE")
    }

    private var s3: AWSSignature {
        signature("s3", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", id: "AKIAIOSFODNN7EXAMPLE")
    }

    private static let iamMoment = Instant(iso8601: "2015-08-30T12:36:00Z")!
    private static let s3Moment = Instant(iso8601: "2013-05-24T00:00:00Z")!

    @Test("GET ListUsers of IAM")
    func listUsers() throws {
        let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"
        let request = HTTPRequest(
            .get, url, headers: [.init("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
        let signed = iam.signing(request, at: Self.iamMoment)
        #expect(header("x-amz-date", of: signed) == "20150830T123600Z")
        #expect(
            header("authorization", of: signed)
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
        #expect(signed.url == url && signed.headers.count == 3)
    }

    @Test("GET of the first bytes of an object of S3")
    func object() {
        let request = HTTPRequest(
            .get, "https://examplebucket.s3.amazonaws.com/test.txt", headers: [.init("Range", "bytes=0-9")])
        let signed = s3.signing(request, at: Self.s3Moment)
        #expect(
            header("authorization", of: signed)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test("GET of the lifecycle and of the list of a bucket of S3")
    func bucket() {
        let lifecycle = s3.signing(
            HTTPRequest(.get, "https://examplebucket.s3.amazonaws.com/?lifecycle"), at: Self.s3Moment)
        #expect(
            header("authorization", of: lifecycle)?.hasSuffix(
                "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543") == true)
        let list = s3.signing(
            HTTPRequest(.get, "https://examplebucket.s3.amazonaws.com/?prefix=J&max-keys=2"), at: Self.s3Moment)
        #expect(
            header("authorization", of: list)?.hasSuffix(
                "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7") == true)
    }

    @Test("A path is encoded once more except for S3; the query is sorted, and agents and default ports are omitted")
    func canonical() throws {
        let address = try #require(WebAddress("https://Logs.eu.amazonaws.com:443/a%20b/c?b=2&a=%7E&a=1&x"))
        let request = HTTPRequest(
            .post, address.text, headers: [.init("User-Agent", "sentinel"), .init("X-Amz-Target", "  a   b ")],
            body: Array("{}".utf8))
        let logs = signature("logs", "k", id: "i").canonicalRequest(request, address)
        let body = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        #expect(
            logs.text
                == "POST\n/a%2520b/c\na=1&a=~&b=2&x=\nhost:Logs.eu.amazonaws.com\nx-amz-target:a b\n\nhost;x-amz-target\n\(body)"
        )
        #expect(s3.canonicalRequest(request, address).text.hasPrefix("POST\n/a%20b/c\n"))
        #expect(WebAddress("http://u:p@localhost:9000")?.host == "localhost:9000")
    }

    @Test("A signed source signs each request with the time when it is sent, and never sends its keys")
    func scan() async throws {
        let provider = try Provider { request, number in
            number == 0 ? .json("{}", status: 429, headers: [.init("Retry-After", "2")]) : page([1])
        }
        func input(_ key: String) -> Template { Template(parts: [.placeholder(.init(namespace: .input, key: key))]) }
        let spec = AWSSignatureSpec(
            service: "logs", region: Template(literal: "eu-west-1"), accessKeyID: input("KEY_ID"),
            secretAccessKey: input("KEY"),
            sessionToken: Template(parts: [.placeholder(.init(namespace: .input, key: "TOKEN", defaultText: ""))]))
        let inputs = ["KEY_ID", "KEY"].map { InputSpec(key: $0, kind: .secret) }
        let read = try await provider.read(
            .items(), of: { .sample(at: $0, auth: .awsSignature(spec), inputs: inputs) },
            inputs: ["KEY_ID": "AKID", "KEY": "very-secret-key"])
        #expect(ids(read.rows) == [1])
        let dates = provider.asked.compactMap { $0.header("x-amz-date") }
        #expect(dates.count == 2 && dates[0] == "20261124T030000Z" && dates[1] > dates[0])
        for asked in provider.asked {
            #expect(
                asked.header("authorization")?.contains(
                    "Credential=AKID/20261124/eu-west-1/logs/aws4_request, SignedHeaders=accept;host;x-amz-date, ")
                    == true)
            #expect(asked.header("x-amz-security-token") == nil && asked.header("x-amz-content-sha256") == nil)
        }
        let unset = await sourceError {
            _ = try await provider.read(
                .items(), of: { .sample(at: $0, auth: .awsSignature(spec), inputs: inputs) }, inputs: ["KEY_ID": "x"])
        }
        #expect(unset?.kind == .notConfigured)
    }
}
