# Sourced by scripts/services: certificates of an authority that nobody else trusts.
#
#   server   for localhost and 127.0.0.1
#   wrong    for another host
#   client   for a client

# make_certificates NAME..: in $folder. The extensions are all here, as the machine's openssl.cnf may add its own. An
# authority that is its own server would be refused by strict clients, so there is one for all.
make_certificates() {
    local name key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
    cat >"$folder/openssl.cnf" <<'CONFIGURATION'
[req]
distinguished_name = distinguished_name
[distinguished_name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
[wrong]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:wrong.example
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
CONFIGURATION
    make_certificate authority req -x509 -days 365 "${key[@]}" -config "$folder/openssl.cnf" -extensions authority \
        -subj /CN=session-kit-authority -keyout "$folder/authority.key" -out "$folder/authority.crt"
    for name in "$@"; do
        make_certificate "$name" req "${key[@]}" -config "$folder/openssl.cnf" -subj "/CN=session-kit-$name" \
            -keyout "$folder/$name.key" -out "$folder/$name.csr"
        make_certificate "$name" x509 -req -days 365 -in "$folder/$name.csr" \
            -CA "$folder/authority.crt" -CAkey "$folder/authority.key" -CAcreateserial \
            -extfile "$folder/openssl.cnf" -extensions "$name" -out "$folder/$name.crt"
    done
}

# make_certificate NAME ARGUMENT..: openssl talks even when all is well.
make_certificate() {
    local log
    if ! log="$(openssl "${@:2}" 2>&1)"; then
        say "openssl, $1: $log"
        return 1
    fi
}
