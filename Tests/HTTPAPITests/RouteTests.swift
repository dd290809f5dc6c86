import Basics
import FoundationEssentials
import Glibc
import IncidentStore
import TestSupport
import Testing
import WebServer

@testable import HTTPAPI

@Suite("The list of routes")
struct RouteTests {
    @Test("Each method and path occurs once, and so does each name of an operation")
    func unique() {
        let keys = API.routes.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(keys).count == keys.count && keys.count > 25)
        let names = (OpenAPI.document["paths"]?.members ?? []).flatMap { path in
            (path.value.members ?? []).compactMap { $0.value["operationId"]?.string }
        }
        #expect(names.count == keys.count && Set(names).count == names.count)
    }

    @Test("Every named shape that the document refers to is defined in it")
    func references() {
        let text = OpenAPI.document.serialized
        let known = Set((OpenAPI.document["components"]?["schemas"]?.members ?? []).map(\.name))
        let used = Set(text.matches(of: /#\/components\/schemas\/(\w+)/).map { String($0.1) })
        #expect(used == known, "\(used.symmetricDifference(known))")
    }

    @Test(
        "A name in braces is one part of a path, and never empty",
        arguments: [
            ("/api/loops/t 1/fingerprint", "t 1"), ("/api/loops//fingerprint", nil),
            ("/api/loops/a/b/fingerprint", nil),
            ("/api/loops/a/fingerprint/", nil), ("/api/loops/a", nil),
        ])
    func arguments(path: String, trace: String?) throws {
        let route = try #require(API.routes.first { $0.path == "/api/loops/{trace}/fingerprint" })
        #expect(route.arguments(in: path)?["trace"] == trace)
    }
}

@Suite("The API's token")
struct TokenTests {
    private let folder = TemporaryFolder()
    private var path: String { "\(folder.path)/api-token" }
    private var token: APIToken { APIToken(path: path) }

    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8).trimmed }

    @Test("It is created once, for its owner alone, and is 32 random bytes in hexadecimal")
    func creates() throws {
        try token.create()
        let first = try text()
        #expect(first.count == 64 && first.allSatisfy(\.isHexDigit))
        var info = stat()
        #expect(stat(path, &info) == 0 && info.st_mode & 0o777 == 0o600)
        try token.create()
        #expect(try text() == first)
        unlink(path)
        try token.create()
        #expect(try text() != first)
    }

    @Test("Only the whole token matches, after any spelling of Bearer")
    func matches() throws {
        try token.create()
        let text = try text()
        for header in ["Bearer \(text)", "bearer \(text)"] { #expect(try token.matches(header)) }
        for header in [nil, "", text, "Bearer ", "Bearer \(text.dropLast())", "Bearer \(text)0", "Basic \(text)"] {
            #expect(try !token.matches(header), "\(header ?? "none")")
        }
    }

    @Test("A file that others can read, a link, a folder and an empty file are refused with a sentence")
    func refusals() throws {
        try token.create()
        chmod(path, 0o640)
        #expect(throws: APIToken.Fault.self) { try token.matches("Bearer x") }
        rename(path, "\(folder.path)/other")
        chmod("\(folder.path)/other", 0o600)
        symlink("\(folder.path)/other", path)
        #expect(throws: APIToken.Fault.self) { try token.matches("Bearer x") }
        unlink(path)
        mkdir(path, 0o700)
        #expect(throws: APIToken.Fault.self) { try token.matches("Bearer x") }
        rmdir(path)
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        #expect(throws: APIToken.Fault.self) { try token.matches("Bearer ") }
    }
}
