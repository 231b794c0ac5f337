// Passkeys, the strength of a password as it is typed, printing. No page needs it to be usable
// but those of passkeys.
(() => {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(plain, (c) => c.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  };
  const withBytes = (list) => (list || []).map((item) => ({ ...item, id: bytes(item.id) }));

  async function make(options) {
    const asked = options.publicKey;
    const made = await navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: withBytes(asked.excludeCredentials),
      },
    });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        attestationObject: text(made.response.attestationObject),
      },
      clientExtensionResults: made.getClientExtensionResults(),
    };
  }

  async function find(options) {
    const asked = options.publicKey;
    const found = await navigator.credentials.get({
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        allowCredentials: withBytes(asked.allowCredentials),
      },
    });
    const answer = found.response;
    return {
      id: found.id,
      rawId: text(found.rawId),
      type: found.type,
      response: {
        clientDataJSON: text(answer.clientDataJSON),
        authenticatorData: text(answer.authenticatorData),
        signature: text(answer.signature),
        userHandle: answer.userHandle ? text(answer.userHandle) : null,
      },
      clientExtensionResults: found.getClientExtensionResults(),
    };
  }

  const WORDS = {
    NotAllowedError: '没有完成：已取消或超时，请再试一次。',
    InvalidStateError: '这台设备已经登记过通行密钥。',
    SecurityError: '这个网址不能使用通行密钥，请用正式域名打开。',
  };

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-passkey-go]');
    if (!button) return;
    const form = button.closest('form');
    const fault = form.querySelector('[data-passkey-fault]');
    fault.hidden = true;
    button.disabled = true;
    try {
      if (!window.PublicKeyCredential) throw new Error('这个浏览器不支持通行密钥，请改用其他方式。');
      const answer = await fetch(form.dataset.options, { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error('没有连上服务器，请稍后再试。');
      const options = await answer.json();
      const made = form.dataset.passkey === 'new' ? await make(options) : await find(options);
      form.querySelector('[data-credential]').value = JSON.stringify(made);
      form.requestSubmit();
    } catch (error) {
      fault.textContent = WORDS[error.name] || error.message;
      fault.hidden = false;
    } finally {
      button.disabled = false;
    }
  });

  const LEVELS = ['很弱', '弱', '一般', '较强', '强'];
  const strength = (word) => {
    const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(word)).length;
    const various = new Set(word).size;
    let score = 0;
    if (word.length >= 8 && various >= 5) score += 1;
    if (word.length >= 10 && kinds >= 3) score += 1;
    if (word.length >= 12 && various >= 8) score += 1;
    if (word.length >= 14 || (word.length >= 12 && kinds === 4)) score += 1;
    return score;
  };
  for (const field of document.querySelectorAll('[data-strength]')) {
    const line = document.createElement('p');
    line.className = 'id-strength';
    line.setAttribute('role', 'status');
    const meter = document.createElement('meter');
    meter.max = 4;
    meter.setAttribute('aria-hidden', 'true');
    const said = document.createElement('span');
    line.append(meter, said);
    line.hidden = true;
    field.after(line);
    field.addEventListener('input', () => {
      const score = strength(field.value);
      line.hidden = !field.value;
      meter.value = score;
      said.textContent = `密码强度：${LEVELS[score]}`;
    });
  }

  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-print]')) window.print();
  });
})();
