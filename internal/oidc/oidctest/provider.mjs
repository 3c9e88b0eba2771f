// A real OpenID Connect provider for tests: npm's oidc-provider. Arguments: its port,
// and the people it knows as JSON, by what they type to sign in. Whoever wants to be
// its client registers with it (RFC 7591).
import Provider from "oidc-provider";

const [port, known] = process.argv.slice(2);
const people = JSON.parse(known);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  features: { registration: { enabled: true }, devInteractions: { enabled: true } },
  pkce: { required: () => true },
  clientDefaults: { token_endpoint_auth_method: "client_secret_basic" },
  // Who is known may sign in; nobody is asked what may be told of her.
  async findAccount(_, id) {
    return people[id] && { accountId: id, claims: async () => ({ sub: id, ...people[id] }) };
  },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid email");
    await grant.save();
    return grant;
  },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
