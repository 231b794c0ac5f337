"""Addresses of sign-in and of one's own account."""

from django.urls import path

from gonghui.kernel.identity.views import (
    account,
    entering,
    proofs,
    scanning,
    signing,
    texts,
    wechats,
)

urlpatterns = [
    path("signin/", signing.sign_in, name="signin"),
    path("signin/picture.png", signing.picture, name="signin-picture"),
    path("signin/second/", signing.second, name="signin-second"),
    path("signin/passkey/", signing.passkey, name="signin-passkey"),
    path("signin/sms/", texts.sms, name="signin-sms"),
    path("signin/sms/code/", texts.sms_code, name="signin-sms-code"),
    path("signin/recover/", texts.recover, name="signin-recover"),
    path("signin/recover/code/", texts.recover_code, name="signin-recover-code"),
    path("signin/recover/password/", texts.recover_password, name="signin-recover-password"),
    path("signin/qr/", scanning.desktop, name="signin-qr"),
    path("signin/qr/state/", scanning.state, name="signin-qr-state"),
    path("signin/scan/<str:token>/", scanning.phone, name="signin-scan"),
    path("signin/wechat/", wechats.start, name="signin-wechat"),
    path("signin/wechat/back/", wechats.back, name="signin-wechat-back"),
    path("signout/", signing.sign_out, name="signout"),
    path("account/", account.overview, name="account"),
    path("account/verify/", account.verify, name="account-verify"),
    path("account/password/", account.password, name="account-password"),
    path("account/mobile/", account.mobile, name="account-mobile"),
    path("account/sessions/", account.session_list, name="account-sessions"),
    path("account/records/", account.sign_in_records, name="account-records"),
    path("account/wechat/", wechats.own_wechat, name="account-wechat"),
    path("account/factors/", proofs.overview, name="account-factors"),
    path("account/factors/totp/", proofs.totp, name="account-totp"),
    path("account/factors/codes/", proofs.recovery, name="account-recovery"),
    path("account/factors/sms/", proofs.sms, name="account-sms"),
    path("account/passkeys/", proofs.passkeys, name="account-passkeys"),
    path("account/passkeys/new/options/", proofs.new_options, name="account-passkey-new"),
    path("account/passkeys/options/", proofs.options, name="account-passkey-options"),
    path("account/activate/<str:token>/", entering.activate, name="account-activate"),
    path("account/join/", entering.join, name="account-join"),
    path("account/join/code/", entering.join_code, name="account-join-code"),
]
