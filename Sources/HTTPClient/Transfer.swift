import Basics
import CCurl
import Glibc

/// One request under way. Handed to the curl thread once, and touched by that thread alone from then on.
final class Transfer: @unchecked Sendable {  // because ownership passes to the curl thread with the inbox
    let request: HTTPRequest
    var continuation: CheckedContinuation<HTTPResponse, any Error>?
    private(set) var isFinished = false
    private var headers: [HTTPRequest.Header] = []
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var isForbiddenPlace = false
    private let certificateFile: String?
    private let onBytes: (@Sendable (UnsafeRawBufferPointer) -> Void)?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init(
        _ request: HTTPRequest, certificateFile: String?, onBytes: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil
    ) {
        self.request = request
        (self.certificateFile, self.onBytes) = (certificateFile, onBytes)
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit { errorText.deallocate() }

    func finish(_ result: Result<HTTPResponse, any Error>) {
        isFinished = true
        continuation?.resume(with: result)
        continuation = nil
    }

    func releaseHeaders() {
        curl_slist_free_all(headerList)
        headerList = nil
    }

    func configure(_ easy: UnsafeMutableRawPointer) {
        cc_set_string(easy, CURLOPT_URL, request.url)
        cc_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        cc_set_string(easy, CURLOPT_ACCEPT_ENCODING, "")
        cc_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        cc_set_long(easy, CURLOPT_NOSIGNAL, 1)
        cc_set_long(easy, CURLOPT_HTTP_VERSION, CC_HTTP_2TLS)
        cc_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        if let certificateFile { cc_set_string(easy, CURLOPT_CAINFO, certificateFile) }
        cc_set_long(easy, CURLOPT_TIMEOUT_MS, Int(request.timeout.milliseconds))
        cc_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(request.connectTimeout.milliseconds))
        if let body = request.body {
            cc_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            body.withUnsafeBytes { bytes in
                _ = cc_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
        }
        if request.method != .get || request.body != nil {
            cc_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
        for header in request.headers + [HTTPRequest.Header("Expect", "")] {
            // A line break would inject a header. A name without a value removes the header.
            let line = header.value.isEmpty ? "\(header.name):" : "\(header.name): \(header.value)"
            headerList = curl_slist_append(headerList, line.filter { !$0.isNewline })
        }
        cc_set_list(easy, CURLOPT_HTTPHEADER, headerList)
        cc_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        setCallbacks(easy)
    }

    private func setCallbacks(_ easy: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        cc_set_pointer(easy, CURLOPT_WRITEDATA, context)
        cc_set_pointer(easy, CURLOPT_HEADERDATA, context)
        cc_set_pointer(easy, CURLOPT_OPENSOCKETDATA, context)
        cc_set_opener(easy, CURLOPT_OPENSOCKETFUNCTION) { context, _, address in
            guard let address else { return CURL_SOCKET_BAD }
            return Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue().open(address)
        }
        cc_set_writer(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let transfer = Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
            return transfer.take(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        cc_set_writer(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            let transfer = Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
            return transfer.take(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let isAllowed = withUnsafePointer(to: &address.pointee.addr) { SocketOpening.isAllowed($0) }
        guard isAllowed else {
            isForbiddenPlace = true
            return CURL_SOCKET_BAD
        }
        return SocketOpening.open(address)
    }

    private func take(body bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= request.bodyLimit else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: bytes)
        onBytes?(bytes)
        return bytes.count
    }

    private func take(header bytes: UnsafeRawBufferPointer) -> Int {
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            headers.removeAll()
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append(.init(line[..<colon].lowercased(), String(value.prefix { !$0.isNewline })))
        }
        return bytes.count
    }

    func result(of easy: UnsafeMutableRawPointer, code: CURLcode) -> Result<HTTPResponse, any Error> {
        if code == CURLE_OK {
            var status = 0
            cc_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
            return .success(HTTPResponse(status: status, headers: headers, body: body))
        }
        let detail = errorText[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
        if isForbiddenPlace {
            let message = "\(host) is at a link-local address, where no provider is"
            return .failure(HTTPError(kind: .forbidden, message: message, requestMayHaveArrived: false))
        }
        let message =
            isTooLarge ? "the answer of \(host) is larger than \(request.bodyLimit) bytes" : "\(host): \(detail)"
        var bytesSent = 0
        cc_get_long(easy, CURLINFO_REQUEST_SIZE, &bytesSent)
        let kind = kind(of: code, isSent: bytesSent > 0)
        return .failure(
            HTTPError(kind: kind, message: message, requestMayHaveArrived: mayHaveArrived(code, kind)))
    }

    private func kind(of code: CURLcode, isSent: Bool) -> HTTPError.Kind {
        if isTooLarge { return .bodyTooLarge }
        switch code {
        // The time to connect was over.
        case CURLE_OPERATION_TIMEDOUT where !isSent: return .unreachable
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: return .unreachable
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE: return .tls
        default: return .broken
        }
    }

    private func mayHaveArrived(_ code: CURLcode, _ kind: HTTPError.Kind) -> Bool {
        switch kind {
        case .unreachable, .tls, .forbidden: false
        case .timedOut, .bodyTooLarge, .broken, .cancelled:
            ![CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT].contains(code)
        }
    }

    private var host: String {
        let afterScheme = request.url.firstRange(of: "://").map { request.url[$0.upperBound...] } ?? request.url[...]
        let authority = afterScheme.prefix { !"/?#".contains($0) }
        return String(authority.split(separator: "@").last ?? authority)
    }
}
