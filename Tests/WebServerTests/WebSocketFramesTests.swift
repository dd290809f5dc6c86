import Basics
import Testing

@testable import HTTPClient

@Suite("WebSocket frames")
struct WebSocketFramesTests {
    private static func read(_ chunks: [[UInt8]], from sender: WebSocketFrames.Sender = .server) -> [WebSocketFrames
        .Event]
    {
        var frames = WebSocketFrames(from: sender)
        return chunks.flatMap { frames.receive($0) }
    }

    private static func fault(_ bytes: [UInt8], from sender: WebSocketFrames.Sender = .server) -> Int? {
        guard case .fault(let fault) = read([bytes], from: sender).last else { return nil }
        return fault.code
    }

    @Test("the examples of RFC 6455, section 5.7")
    func examples() {
        #expect(Self.read([[0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]]) == [.text("Hello")])
        let masked: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(Self.read([masked], from: .client) == [.text("Hello")])
        #expect(WebSocketFrames.frame(.text, Array("Hello".utf8), mask: [0x37, 0xFA, 0x21, 0x3D]) == masked)
        let fragments: [UInt8] = [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]
        #expect(Self.read([fragments]) == [.text("Hello")])
        #expect(Self.read([[0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]]) == [.ping(Array("Hello".utf8))])
    }

    @Test("what is written is read, of every length form", arguments: [0, 1, 125, 126, 65_535, 65_536, 1 << 20])
    func lengths(count: Int) {
        let text = String(repeating: "x", count: count)
        for mask in [nil, [0, 0, 0, 0], [1, 2, 3, 255]] as [[UInt8]?] {
            let frame = WebSocketFrames.frame(.text, Array(text.utf8), mask: mask)
            #expect(Self.read([frame], from: mask == nil ? .server : .client) == [.text(text)])
        }
    }

    /// A message in three fragments with a ping between them, one of 300 bytes, and the end.
    private static let stream: [UInt8] =
        WebSocketFrames.frame(.text, [0xC3], isFinal: false) + WebSocketFrames.frame(.ping, [1, 2])
        + WebSocketFrames.frame(.continuation, [0xA4, 0xE6], isFinal: false)
        + WebSocketFrames.frame(.continuation, [0xBC, 0xA2])
        + WebSocketFrames.frame(.binary, [UInt8](repeating: 7, count: 300))
        + WebSocketFrames.frame(.close, WebSocketFrames.closePayload(1001, "bye"))
        + WebSocketFrames.frame(.text, [0x41])

    private static let events: [WebSocketFrames.Event] = [
        .ping([1, 2]), .text("ä漢"), .binary([UInt8](repeating: 7, count: 300)), .close(code: 1001, reason: "bye"),
    ]

    @Test("wherever the bytes are cut, the events are the same, and nothing follows the end")
    func cuts() {
        for cut in 0...Self.stream.count {
            #expect(Self.read([Array(Self.stream[..<cut]), Array(Self.stream[cut...])]) == Self.events, "\(cut)")
        }
        #expect(Self.read(Self.stream.map { [$0] }) == Self.events)
    }

    @Test("random cuts of random messages", arguments: 0..<20)
    func randomCuts(seed: UInt64) {
        var random = SeededRandom(seed)
        var bytes: [UInt8] = []
        var expected: [WebSocketFrames.Event] = []
        for _ in 0..<20 {
            let payload = (0..<random.below(random.below(8) == 0 ? 70_000 : 200)).map { _ in UInt8(random.below(256)) }
            let mask = (0..<4).map { _ in UInt8(random.below(256)) }
            let cut = random.below(payload.count + 1)
            bytes += WebSocketFrames.frame(.binary, Array(payload[..<cut]), isFinal: false, mask: mask)
            bytes += WebSocketFrames.frame(.continuation, Array(payload[cut...]), mask: mask)
            expected.append(.binary(payload))
        }
        var chunks: [[UInt8]] = []
        while !bytes.isEmpty {
            let count = min(bytes.count, 1 + random.below(30_000))
            chunks.append(Array(bytes.prefix(count)))
            bytes.removeFirst(count)
        }
        #expect(Self.read(chunks, from: .client) == expected)
    }

    @Test("noise ends in one fault or none, and never in a crash", arguments: 0..<200)
    func noise(seed: UInt64) {
        var random = SeededRandom(seed)
        let chunks = (0..<5).map { _ in (0..<random.below(40)).map { _ in UInt8(random.below(256)) } }
        let events = Self.read(chunks, from: random.below(2) == 0 ? .client : .server)
        let ends = events.indices.filter {
            switch events[$0] {
            case .fault, .close: true
            default: false
            }
        }
        #expect(ends.isEmpty || ends == [events.count - 1])
    }

    @Test("what breaks the protocol is refused with its code")
    func faults() {
        #expect(Self.fault([0xC1, 0x00]) == 1002, "a reserved bit")
        #expect(Self.fault([0x83, 0x00]) == 1002, "an unknown opcode")
        #expect(Self.fault([0x81, 0x80, 0, 0, 0, 0]) == 1002, "a server that masks")
        #expect(Self.fault([0x81, 0x00], from: .client) == 1002, "a client that does not")
        #expect(Self.fault([0x09, 0x00]) == 1002, "a fragment of a ping")
        #expect(Self.fault([0x89, 0x7E, 0x00, 0x7E]) == 1002, "a long ping")
        #expect(Self.fault([0x80, 0x00]) == 1002, "a continuation of nothing")
        #expect(Self.fault([0x01, 0x00, 0x81, 0x00]) == 1002, "a new message inside of another")
        #expect(Self.fault([0x81, 0x7E, 0x00, 0x01]) == 1002, "a length in a longer form than needed")
        #expect(Self.fault([0x81, 0x7F, 0, 0, 0, 0, 0, 0, 0, 1]) == 1002)
        #expect(Self.fault([0x81, 0x7F, 0x80, 0, 0, 0, 0, 0, 0, 0]) == 1009, "a length below zero")
        #expect(Self.fault([0x82, 0x7F, 0, 0, 0, 0, 0x01, 0, 0, 0]) == 1009, "16 MB")
        #expect(Self.fault([0x81, 0x01, 0xFF]) == 1007, "no UTF-8")
        #expect(Self.fault([0x81, 0x03, 0xED, 0xA0, 0x80]) == 1007, "half a surrogate")
        #expect(Self.fault([0x88, 0x01, 0x03]) == 1002, "half a code")
        #expect(Self.fault([0x88, 0x02, 0x03, 0xED]) == 1002, "1005, which is never sent")
        #expect(Self.fault([0x88, 0x03, 0x03, 0xE8, 0xFF]) == 1007)
        #expect(Self.read([[0x88, 0x00]]) == [.close(code: nil, reason: "")])
        var small = WebSocketFrames(from: .server, messageLimit: 10)
        let half = WebSocketFrames.frame(.text, [UInt8](repeating: 65, count: 6), isFinal: false)
        #expect(small.receive(half).isEmpty)
        #expect(small.receive(WebSocketFrames.frame(.continuation, [UInt8](repeating: 65, count: 6))).count == 1)
    }
}

@Suite("The WebSocket handshake")
struct WebSocketHandshakeTests {
    private static let address = WebSocketAddress("wss://wss-primary.slack.com/link/?ticket=x&app_id=y")
    private static let head =
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

    private static func handshake() throws -> WebSocketHandshake {
        WebSocketHandshake(try #require(address), key: Array("the sample nonce".utf8))
    }

    @Test("the example of RFC 6455, section 1.3, wherever its answer is cut")
    func example() throws {
        #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        let answer = Array(Self.head.utf8) + [0x81, 0x00]
        for cut in 0..<answer.count {
            var handshake = try Self.handshake()
            let first = handshake.receive(answer[..<cut])
            #expect(
                (first ?? handshake.receive(answer[cut...]))
                    == .accepted(cut == answer.count - 2 ? [] : cut == answer.count - 1 ? [0x81] : [0x81, 0x00]),
                "\(cut)")
        }
        let request = String(decoding: try Self.handshake().request, as: UTF8.self)
        #expect(request.hasPrefix("GET /link/?ticket=x&app_id=y HTTP/1.1\r\nHost: wss-primary.slack.com\r\n"))
        #expect(
            request.contains("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") && request.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "an answer that is not this one is refused",
        arguments: [
            ("101", "200"), ("101", "403"), ("s3pP", "S3pP"), ("WebSocket\r\n", "h2c\r\n"),
            ("Upgrade\r\n", "close\r\n"),
            ("HTTP/1.1 101", "HTTP/1.0 101"), ("HTTP/1.1", "SSH-2.0"),
            ("keep-alive", "keep-alive\r\nSec-WebSocket-Extensions: permessage-deflate\r\nConnection: "),
            ("\r\n\r\n", String(repeating: "x", count: 20_000)),
        ])
    func refusals(part: String, replacement: String) throws {
        var handshake = try Self.handshake()
        guard case .refused = handshake.receive(Self.head.replacing(part, with: replacement).utf8) else {
            Issue.record("\(replacement) was accepted")
            return
        }
    }

    @Test("only plain ws and wss addresses are read")
    func addresses() throws {
        let plain = try #require(WebSocketAddress("ws://127.0.0.1:8080?x"))
        #expect(!plain.isSecure && plain.host == "127.0.0.1" && plain.port == 8080 && plain.isLoopback)
        let six = try #require(WebSocketAddress("WSS://[::1]/a"))
        #expect(six.isSecure && six.host == "::1" && six.port == 443 && six.isLoopback)
        #expect(WebSocketAddress("wss://Slack.COM/")?.host == "slack.com")
        #expect(WebSocketAddress("wss://127.evil.com/")?.isLoopback == false)
        for wrong in [
            "https://slack.com/", "wss://", "wss:///x", "wss://a@slack.com/", "wss://evil.com\\@slack.com/",
            "wss://slack.com:0/", "wss://slack.com:99999/", "wss://slack.com:/", "wss://sl ack.com/",
            "wss://slack.com/#x",
            "wss://evil.com%2F.slack.com/", "wss://slack.com\r\nx/", "wss://[::1/", "slack.com", "wss://ſlack.com/",
        ] {
            #expect(WebSocketAddress(wrong) == nil, "\(wrong)")
        }
    }
}
