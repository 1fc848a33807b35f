"""Techniques in breach news: what a report says was used, and all that it says without saying so."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.attack import load
from floodmark.intake import read_document
from floodmark.intake.page import Draft
from floodmark.intake.phrases import PHRASES
from floodmark.intake.techniques import rule
from intake.pages import page


def read(text: str) -> list[Draft]:
    """Return what the rule reads from a page of plain lines."""
    drafts = [each for each in rule(page(text)) if isinstance(each, Draft)]
    assert [each.path for each in drafts] == ["technique"] * len(drafts)
    return drafts


def said(text: str) -> list[str]:
    """Return id and quote of each technique, `known` before what a group is known for."""
    return [
        f"{'known ' if each.detail['kind'] == 'known_for_actor' else ''}{each.value}: {text[slice(*each.span)]}"
        for each in read(text)
    ]


USED = [
    ("Attackers used vishing to get past the help desk.", ["T1566.004: vishing"]),
    (
        "The intruders called the service desk and posed as a travelling manager.",
        ["T1566.004: called the service desk", "T1684.001: posed as a travelling manager"],
    ),
    ("Vector: Social engineering attacks.", ["T1684: Social engineering attacks"]),
    (
        "Attackers gained unauthorized access to corporate networks using social engineering.",
        ["T1684: social engineering"],
    ),
    ("Scattered Spider is known for vishing.", ["known T1566.004: vishing"]),
    (
        "The group Muddled Libra is known for vishing and MFA fatigue attacks.",
        ["known T1566.004: vishing", "known T1621: MFA fatigue attacks"],
    ),
    (
        "Threat actors, potentially Scattered Spider, are known for data theft and extortion.",
        ["known T1657: extortion"],
    ),
    ("The retailer was hit by a ransomware attack in April.", ["T1486: ransomware attack"]),
    ("Attackers deployed ransomware on the hypervisors.", ["T1486: ransomware"]),
    (
        "An employee approved a push notification after being bombarded with MFA requests.",
        ["T1621: approved a push notification"],
    ),
    ("The attackers used MFA fatigue.", ["T1621: MFA fatigue"]),
    (
        "The caller persuaded an agent and the attackers then registered their own device for MFA.",
        ["T1566.004: caller persuaded an agent", "T1098.005: registered their own device"],
    ),
    ("The attackers logged in with stolen credentials.", ["T1078: logged in with stolen credentials"]),
    ("They used compromised passwords to enter the network.", ["T1078: used compromised passwords"]),
    (
        "The attackers used stolen credentials to log into the company's cloud tenant.",
        ["T1078.004: used stolen credentials to log into the company's cloud"],
    ),
    ("The intruders got in through a third-party vendor.", ["T1199: got in through a third-party"]),
    ("Hackers abused a supplier's remote access.", ["T1199: abused a supplier's remote access"]),
    (
        "The attackers exported customer records from the CRM.",
        ["T1213.004: exported customer records from the CRM"],
    ),
    ("Data was stolen from the customer database.", ["T1213.004: stolen from the customer database"]),
    (
        "The hackers copied files from a misconfigured S3 bucket.",
        ["T1530: copied files from a misconfigured S3 bucket"],
    ),
    ("The attackers impersonated IT staff.", ["T1684.001: impersonated IT"]),
    ("Callers posing as employees asked for access.", ["T1684.001: posing as employees"]),
    ("The group demanded a ransom of 40 bitcoin.", ["T1657: demanded a ransom"]),
    ("They threatened to publish the data.", ["T1657: threatened to publish"]),
    ("The hackers tried to extort the company.", ["T1657: tried to extort"]),
    (
        "The attackers exploited a vulnerability in the file transfer server.",
        ["T1190: exploited a vulnerability"],
    ),
    (
        "A flaw in the web portal was exploited by the hackers.",
        ["T1190: flaw in the web portal was exploited"],
    ),
    (
        "Malicious code was injected into the checkout page.",
        ["T1056.003: code was injected into the checkout"],
    ),
    ("The site was hit by a Magecart attack.", ["T1056.003: Magecart attack"]),
    ("An employee fell for a phishing email.", ["T1566: phishing email"]),
    ("A worker clicked on a malicious link.", ["T1566.002: clicked on a malicious link"]),
    (
        "A phishing email with a malicious attachment was opened by a clerk, as the attackers intended.",
        ["T1566.001: phishing email with a malicious attachment"],
    ),
    (
        "The accounts were accessed in a credential stuffing attack.",
        ["T1110.004: credential stuffing attack"],
    ),
    ("Attackers brute-forced the admin account.", ["T1110: brute-forced the admin account"]),
    ("The attackers used password spraying against the VPN.", ["T1110.003: password spraying"]),
    (
        "Employees were tricked into authorising a malicious connected app.",
        ["T1528: authorising a malicious connected app"],
    ),
    ("The attackers used stolen OAuth tokens to query the tenants.", ["T1550.001: used stolen OAuth tokens"]),
    ("The group stole OAuth and refresh tokens from the vendor.", ["T1528: stole OAuth and refresh tokens"]),
    (
        "Credentials were harvested by infostealer malware on a contractor's laptop.",
        ["T1555: Credentials were harvested by infostealer"],
    ),
    ("The attackers wiped servers before leaving.", ["T1485: wiped servers"]),
    ("The attackers exfiltrated the files via Telegram.", ["T1567: exfiltrated the files via Telegram"]),
    (
        "The attackers uploaded the archive to a cloud storage account.",
        ["T1567.002: uploaded the archive to a cloud storage"],
    ),
    (
        "The attackers used an automated script to download records.",
        ["T1119: used an automated script to download"],
    ),
    ("The intruders searched SharePoint for network diagrams.", ["T1213.002: searched SharePoint"]),
    (
        "The hackers downloaded files from an internal document repository.",
        ["T1213: downloaded files from an internal document repository"],
    ),
    ("The attackers created a new administrator account.", ["T1136: created a new administrator account"]),
    (
        "The attackers installed remote access software on the agent's computer.",
        ["T1219: installed remote access software"],
    ),
    ("The breach was part of a supply chain attack.", ["T1195: supply chain attack"]),
    (
        "Attackers pushed a trojanised update to customers of the software.",
        ["T1195.002: pushed a trojanised update"],
    ),
    ("T1566.004 was used against the support line.", ["T1566.004: T1566.004"]),
    ("The report maps the intrusion to T1656.", ["T1684.001: T1656"]),
    ("- T1078 (Valid Accounts): The attackers used a support account.", ["T1078: T1078"]),
    (
        "Investigators found that the callers had pretended to be IT support.",
        ["T1684.001: pretended to be IT support"],
    ),
    (
        "The attackers did not break any software; they used stolen credentials.",
        ["T1078: used stolen credentials"],
    ),
    (
        "No malware was used, but the attackers logged in with stolen credentials.",
        ["T1078: logged in with stolen credentials"],
    ),
    (
        "The breach began with a spear-phishing campaign against finance staff.",
        ["T1566: spear-phishing campaign"],
    ),
    ("Initial Access: Phishing.", ["T1566: Phishing"]),
    (
        "Credential theft was not needed: the intruders used valid accounts bought from a broker.",
        ["T1078: used valid accounts"],
    ),
    (
        "The intruders placed vishing calls to obtain employee credentials.",
        ["T1598.004: vishing calls to obtain employee credentials"],
    ),
    (
        "The breach started when a caller talked a contact centre agent into handing over access by phone.",
        ["T1566.004: caller talked a contact centre"],
    ),
    (
        "Hackers phoned the IT help desk and persuaded staff to reset a password.",
        ["T1566.004: phoned the IT help desk"],
    ),
    (
        "After impersonating an engineer, the attacker got the help desk to reset the MFA token.",
        ["T1684.001: impersonating an engineer", "T1098.005: reset the MFA"],
    ),
    (
        "The criminals tricked a help desk worker into resetting a password.",
        ["T1684: tricked a help desk worker into"],
    ),
    (
        "Threat actors manipulated an employee of the contact centre into granting access.",
        ["T1684: manipulated an employee of the contact centre into"],
    ),
    (
        "- Exfiltration: Bulk export of customer records from the CRM platform.",
        ["T1213.004: Bulk export of customer records from the CRM"],
    ),
    (
        "More than a million rows were downloaded from the Salesforce instance.",
        ["T1213.004: downloaded from the Salesforce"],
    ),
    (
        "Intruders ran queries and exported the whole customer database.",
        ["T1213.004: exported the whole customer database"],
    ),
    (
        "Backup files held in a cloud storage bucket were downloaded by an unauthorised person, who had accessed the cloud storage bucket with a leaked key.",
        ["T1530: cloud storage bucket were downloaded"],
    ),
    (
        "Attackers encrypted servers and demanded payment.",
        ["T1486: Attackers encrypted servers", "T1657: demanded payment"],
    ),
    (
        "The hospital suffered a ransomware attack that forced staff to use paper.",
        ["T1486: ransomware attack"],
    ),
    ("The attackers sent an extortion email to the board.", ["T1657: sent an extortion email"]),
    ("The company refused to pay a ransom.", ["T1657: refused to pay a ransom"]),
    ("The group claimed responsibility and threatened to leak the files.", ["T1657: threatened to leak"]),
    ("Hackers exploited a zero-day in file-transfer software.", ["T1190: exploited a zero-day"]),
    (
        "The data was taken by means of an SQL injection in the booking site, which attackers used for two weeks.",
        ["T1190: SQL injection"],
    ),
    ("Attackers gained access through SQL injection.", ["T1190: SQL injection"]),
    (
        "The intruder abused an unauthenticated API endpoint to read records.",
        ["T1190: abused an unauthenticated API"],
    ),
    ("Card skimming code was found on the payment page.", ["T1056.003: Card skimming code"]),
    (
        "In a credential stuffing attack, criminals got into 20,000 loyalty accounts.",
        ["T1110.004: credential stuffing attack"],
    ),
    (
        "The attackers tried passwords leaked in other breaches against the loyalty accounts.",
        ["T1110.004: tried passwords leaked in other breaches"],
    ),
    ("The attacker guessed the password of a test account.", ["T1110: guessed the password"]),
    (
        "The company was compromised in a supply chain attack on its payroll provider.",
        ["T1195: supply chain attack"],
    ),
    ("The data was stolen via a third-party service provider.", ["T1199: stolen via a third-party"]),
    (
        "The attackers compromised a third-party vendor and used its access.",
        ["T1199: compromised a third-party vendor"],
    ),
    (
        "Initial Access: Compromise of a third-party customer servicing platform used by the call centre.",
        ["T1199: Compromise of a third-party customer servicing platform"],
    ),
    (
        "The stolen credentials were taken by an infostealer infection on a contractor's laptop.",
        ["T1555: credentials were taken by an infostealer"],
    ),
    (
        "Attackers signed in to the cloud tenant with the stolen password of an agent.",
        ["T1078.004: signed in to the cloud tenant with the stolen password"],
    ),
    (
        "Using the credentials of a former supplier, the hackers logged into the network through a compromised account.",
        ["T1078: logged into the network through a compromised account"],
    ),
    (
        "The contractor was spammed with push notifications until he accepted an MFA prompt.",
        ["T1621: spammed with push notifications"],
    ),
    ("The victim received dozens of MFA prompts at night.", ["T1621: dozens of MFA prompts"]),
    (
        "The intruders enrolled a new device for multi-factor authentication.",
        ["T1098.005: enrolled a new device"],
    ),
    (
        "Staff approved a rogue connected app named like a data loader.",
        ["T1528: approved a rogue connected app"],
    ),
    ("A malicious OAuth application was authorised by an employee.", ["T1528: malicious OAuth application"]),
    (
        "Stolen OAuth tokens were used to query customer records.",
        ["T1550.001: OAuth tokens were used to query"],
    ),
    ("The malware stole session cookies from the browser.", ["T1539: stole session cookies"]),
    ("The thieves exfiltrated 200 GB to Mega with rclone.", ["T1567.002: exfiltrated 200 GB to Mega"]),
    ("The intruders ran a script to download every customer profile.", ["T1119: ran a script to download"]),
    ("The attackers accessed Confluence and read internal pages.", ["T1213.001: accessed Confluence"]),
    (
        "Source code repositories were cloned by the attackers, who also copied internal GitHub repositories.",
        ["T1213.003: cloned by the attackers, who also copied internal GitHub repositories"],
    ),
    (
        "Attackers created additional accounts with administrator rights.",
        ["T1136: created additional accounts"],
    ),
    (
        "The victim was persuaded to install AnyDesk, and the attackers used the remote access tool for hours.",
        ["T1219: used the remote access tool"],
    ),
    ("The attackers deleted databases and left a note.", ["T1485: deleted databases"]),
    (
        "ShinyHunters is known for voice phishing and impersonating IT staff.",
        ["known T1566.004: voice phishing", "known T1684.001: impersonating IT"],
    ),
    (
        "The hackers belong to Scattered Spider, a group known for impersonating help desk staff and ransomware attacks.",
        ["known T1684.001: impersonating help desk", "known T1486: ransomware attacks"],
    ),
    ("Attackers are believed to have used social engineering.", ["T1684: social engineering"]),
    ("The hackers reportedly used social engineering to get in.", ["T1684: social engineering"]),
    ("- Techniques: T1566.004, T1078", ["T1566.004: T1566.004", "T1078: T1078"]),
    ("Technique T1598 was used to collect names before the attack.", ["T1598: T1598"]),
    (
        "The attackers have attempted to extort the company with the stolen records.",
        ["T1657: attempted to extort"],
    ),
    ("The intrusion involved social engineering of call-centre staff.", ["T1684: social engineering"]),
    ("Social engineering was the initial access vector.", ["T1684: Social engineering"]),
    ("Phishing emails sent to employees led to the compromise of two mailboxes.", ["T1566: Phishing emails"]),
    (
        "The attacker pretended to be an IT engineer when calling staff by phone.",
        ["T1684.001: pretended to be an IT", "T1566.004: calling staff"],
    ),
    (
        "The intruder used an employee's compromised account to view customer files.",
        ["T1078: used an employee's compromised account"],
    ),
    (
        "The breach occurred after an attacker obtained an employee's credentials and used the stolen login to reach the portal.",
        ["T1078: used the stolen login"],
    ),
    ("The incident started when an employee responded to a phishing email.", ["T1566: phishing email"]),
    ("An attacker sent phishing messages to staff.", ["T1566: phishing messages"]),
    ("Hackers phished an employee of the payroll team.", ["T1566: phished an employee"]),
    ("A ransomware attack crippled the company's booking systems.", ["T1486: ransomware attack"]),
    ("The company confirmed a ransomware attack.", ["T1486: ransomware attack"]),
    ("Systems were encrypted by the intruders.", ["T1486: Systems were encrypted by"]),
    ("The attackers demanded 5 million dollars in ransom.", ["T1657: demanded 5 million dollars in ransom"]),
    ("The company received a ransom note.", ["T1657: received a ransom note"]),
    (
        "Attackers moved from a managed service provider into the company's network through the provider's remote access, which they abused: they entered via the service provider.",
        ["T1199: access, which they abused: they entered via the service provider"],
    ),
    (
        "The point of entry was a contractor's VPN connection: intruders used a contractor's VPN connection.",
        ["T1199: used a contractor's VPN"],
    ),
    ("Access was gained via an outsourced call centre.", ["T1199: Access was gained via an outsourced"]),
    ("The call centre agent was deceived by a voice phishing call.", ["T1566.004: voice phishing call"]),
    ("An agent fell for a vishing call.", ["T1566.004: vishing call"]),
    (
        "The criminals, who rang the service desk, sounded like native speakers.",
        ["T1566.004: rang the service desk"],
    ),
    (
        "The criminal claimed to be a member of the IT department when writing to an employee.",
        ["T1684.001: claimed to be a member of the IT"],
    ),
    ("Fraudsters passed themselves off as technicians.", ["T1684.001: passed themselves off as technicians"]),
    ("The admin approved an MFA request that he had not started.", ["T1621: approved an MFA request"]),
    (
        "They added their own phone as an authentication device for the hijacked account.",
        ["T1098.005: added their own phone"],
    ),
    (
        "A help desk agent was convinced by the attacker to reset the account's multi-factor authentication.",
        ["T1098.005: reset the account's multi-factor authentication"],
    ),
    (
        "The attackers persuaded staff to authorise a modified version of a data loading tool.",
        ["T1528: authorise a modified version of"],
    ),
    ("OAuth tokens were stolen from the vendor's integration.", ["T1528: OAuth tokens were stolen"]),
    (
        "With the stolen access tokens, the attackers queried the tenants' data using the stolen access tokens.",
        ["T1550.001: With the stolen access tokens"],
    ),
    (
        "The actor used the access to export large volumes of data from Salesforce.",
        ["T1213.004: used the access to export large volumes of data from Salesforce"],
    ),
    (
        "Customer records were exfiltrated from the customer relationship management system.",
        ["T1213.004: exfiltrated from the customer relationship management"],
    ),
    (
        "Attackers stole documents from an Azure storage container.",
        ["T1530: stole documents from an Azure storage container"],
    ),
    ("The data was taken from a cloud storage account.", ["T1530: taken from a cloud storage"]),
    (
        "The attackers exploited CVE-2023-34362 in a file transfer application.",
        ["T1190: exploited CVE-2023-34362"],
    ),
    (
        "By exploiting a vulnerability in the company's VPN gateway, the attackers reached the internal network.",
        ["T1190: exploiting a vulnerability"],
    ),
    ("An SQL injection flaw in the website was used to extract data.", ["T1190: SQL injection flaw"]),
    (
        "Hackers planted skimming scripts on the checkout page of the shop.",
        ["T1056.003: planted skimming scripts on the checkout"],
    ),
    (
        "Malicious JavaScript inserted into the payment page captured card numbers.",
        ["T1056.003: JavaScript inserted into the payment page"],
    ),
    ("Accounts were taken over through credential stuffing.", ["T1110.004: credential stuffing"]),
    ("Password spraying gave the attackers a foothold.", ["T1110.003: Password spraying"]),
    ("The account was breached by brute force.", ["T1110: brute force"]),
    (
        "Infostealer malware on a home computer captured the login of an administrator.",
        ["T1555: Infostealer malware"],
    ),
    ("The intruders wiped the virtual machines.", ["T1485: wiped the virtual machines"]),
    (
        "Data was exfiltrated to attacker-owned cloud storage.",
        ["T1567.002: exfiltrated to attacker-owned cloud storage"],
    ),
    ("Stolen records were sent to a Telegram channel by the malware.", ["T1567: sent to a Telegram"]),
    ("The hackers used scripts to harvest profiles from the API.", ["T1119: used scripts to harvest"]),
    ("Records were automatically scraped by the attackers.", ["T1119: automatically scraped"]),
    (
        "The attackers downloaded documents from SharePoint.",
        ["T1213.002: downloaded documents from SharePoint"],
    ),
    ("The attackers searched the internal wiki and ticketing system.", ["T1213: searched the internal wiki"]),
    ("The intruders created a rogue admin account.", ["T1136: created a rogue admin account"]),
    (
        "The caller had the employee install TeamViewer, and the attackers used the remote access tool.",
        ["T1219: used the remote access tool"],
    ),
    ("The attackers deployed ScreenConnect.", ["T1219: deployed ScreenConnect"]),
    ("It was a supply chain attack.", ["T1195: supply chain attack"]),
    (
        "A trojanised installer was distributed by the hackers through the vendor's download page: they distributed a trojanised installer.",
        ["T1195.002: trojanised installer was distributed"],
    ),
    ("### Initial Access\n- Vishing of help-desk agents.", ["T1566.004: Vishing"]),
    ("### Initial Access\n- **Vector:** Use of stolen credentials.", ["T1078: Use of stolen credentials"]),
    ("- **Attack vector**: Social engineering", ["T1684: Social engineering"]),
    (
        "## Attack Methodology\n### T1566.004 Spearphishing Voice\nThe report gives no more.",
        ["T1566.004: T1566.004"],
    ),
    (
        "The attackers used voice phishing (T1566.004) and then pulled records from the CRM (T1213.004).",
        ["T1566.004: T1566.004", "T1213.004: T1213.004"],
    ),
    ("MITRE technique T1598.004 describes how the callers worked.", ["T1598.004: T1598.004"]),
    ("UNC3944 is best known for voice phishing.", ["known T1566.004: voice phishing"]),
    ("Muddled Libra, known for social engineering, has not commented.", ["known T1684: social engineering"]),
    ("The attack was attributed to Lapsus$, which is known for phishing.", ["known T1566: phishing"]),
    (
        "According to the company, the attackers tricked a call centre worker into giving them access.",
        ["T1684: tricked a call centre worker into"],
    ),
    (
        "The attack was likely the result of a vishing call to the contact centre.",
        ["T1566.004: vishing call"],
    ),
    ("There was no ransomware, but the attackers extorted the company.", ["T1657: extorted"]),
    ("Attack vector: Ransomware", ["T1486: Ransomware"]),
    (
        "The threat actor telephoned the outsourced service desk and talked an agent into issuing a new password.",
        ["T1566.004: telephoned the outsourced service desk"],
    ),
    ("A voice-phishing call to a support agent opened the door.", ["T1566.004: voice-phishing call"]),
    (
        "Employees received phone calls from a person posing as IT, who vished two of them.",
        ["T1684.001: posing as IT", "T1566.004: vished"],
    ),
    (
        "An individual masquerading as an internal IT technician obtained access.",
        ["T1684.001: masquerading as an internal IT"],
    ),
    (
        "Attackers deceived contact-centre staff into sharing a one-time code.",
        ["T1684: deceived contact-centre staff into"],
    ),
    (
        "The breach is the result of a social engineering attack on an employee.",
        ["T1684: social engineering attack"],
    ),
    (
        "Using social engineering, an intruder obtained access to a support tool.",
        ["T1684: social engineering"],
    ),
    (
        "Repeated push notifications were sent until the employee gave in, an MFA fatigue attack.",
        ["T1621: Repeated push notifications"],
    ),
    (
        "The threat actor enrolled their own authenticator on the account.",
        ["T1098.005: enrolled their own authenticator"],
    ),
    (
        "Attackers had the help desk reset multi-factor authentication for an administrator.",
        ["T1098.005: reset multi-factor authentication"],
    ),
    (
        "With valid credentials in hand, the intruders logged in using the account of a support worker.",
        ["T1078: With valid credentials"],
    ),
    ("The attacker authenticated with stolen credentials.", ["T1078: with stolen credentials"]),
    (
        "The threat actor authenticated to the VPN using a compromised employee account.",
        ["T1078: using a compromised employee account"],
    ),
    (
        "Access to the SaaS tenant was gained using compromised credentials for the SaaS administrator.",
        ["T1078.004: using compromised credentials for the SaaS"],
    ),
    (
        "The intruders pivoted from a compromised IT service provider into the retailer through the provider's trusted connection: access came via a managed service provider.",
        ["T1199: access came via a managed service provider"],
    ),
    (
        "The hacker gained access to the data through a vendor.",
        ["T1199: gained access to the data through a vendor"],
    ),
    (
        "The incident originated at a third-party supplier; attackers breached a third-party supplier's system.",
        ["T1199: breached a third-party supplier"],
    ),
    ("The threat actor ran bulk exports of the CRM.", ["T1213.004: bulk exports of the CRM"]),
    (
        "Contact records were pulled out of the company's Salesforce org.",
        ["T1213.004: pulled out of the company's Salesforce"],
    ),
    (
        "The intruder copied the customer relationship management database.",
        ["T1213.004: copied the customer relationship management"],
    ),
    (
        "A contact object was queried and downloaded from the CRM in pages.",
        ["T1213.004: queried and downloaded from the CRM"],
    ),
    (
        "The attacker listed and downloaded objects from an exposed S3 bucket.",
        ["T1530: downloaded objects from an exposed S3 bucket"],
    ),
    (
        "Files in an Azure blob storage container were accessed by the intruder.",
        ["T1530: blob storage container were accessed"],
    ),
    ("Ransomware encrypted the file servers overnight.", ["T1486: Ransomware encrypted the file servers"]),
    (
        "The attack encrypted virtual machines and left a note; ransomware was deployed across the estate.",
        ["T1486: ransomware"],
    ),
    ("Operations stopped after ransomware was executed on domain controllers.", ["T1486: ransomware"]),
    ("The criminals issued an extortion demand.", ["T1657: issued an extortion demand"]),
    ("A ransom demand was received by the company.", ["T1657: ransom demand"]),
    ("The attackers are extorting the company, threatening to publish data.", ["T1657: extorting"]),
    (
        "The attackers abused an unpatched flaw in an internet-facing web application.",
        ["T1190: abused an unpatched flaw"],
    ),
    (
        "Attackers exploited a known vulnerability in the company's e-commerce platform.",
        ["T1190: exploited a known vulnerability"],
    ),
    (
        "The API vulnerability was exploited to enumerate customer profiles.",
        ["T1190: vulnerability was exploited"],
    ),
    (
        "A skimmer script injected into the checkout captured card data.",
        ["T1056.003: script injected into the checkout"],
    ),
    ("The online shop was compromised with a payment card skimmer.", ["T1056.003: payment card skimmer"]),
    (
        "Staff opened a malicious attachment that came with an invoice email.",
        ["T1566.001: opened a malicious attachment"],
    ),
    ("An employee clicked a link in a phishing email.", ["T1566.002: clicked a link in a phishing"]),
    ("The attackers gained a foothold through a targeted phishing email.", ["T1566: phishing email"]),
    ("Spear-phishing of two finance employees gave access to the mailbox.", ["T1566: Spear-phishing"]),
    (
        "Attackers replayed username and password pairs from previous breaches in a credential-stuffing attack.",
        ["T1110.004: credential-stuffing attack"],
    ),
    (
        "The actor sprayed common passwords, a password spraying attack, against the login page.",
        ["T1110.003: sprayed common passwords"],
    ),
    ("Attackers brute forced weak passwords.", ["T1110: brute forced weak passwords"]),
    ("The worker's machine was infected with an infostealer.", ["T1555: infostealer"]),
    (
        "Logs show that credentials were stolen by infostealer malware.",
        ["T1555: credentials were stolen by infostealer"],
    ),
    (
        "An employee was tricked into connecting a malicious app to the tenant.",
        ["T1528: connecting a malicious app"],
    ),
    ("The attackers harvested OAuth tokens from a chat integration.", ["T1528: harvested OAuth tokens"]),
    (
        "Stolen OAuth tokens were used to access the customer's tenants.",
        ["T1550.001: OAuth tokens were used to access"],
    ),
    (
        "The intruders used compromised OAuth tokens of an integration.",
        ["T1550.001: used compromised OAuth tokens"],
    ),
    (
        "The actor exfiltrated archives to a cloud storage service.",
        ["T1567.002: exfiltrated archives to a cloud storage"],
    ),
    (
        "The attackers exfiltrated data over a legitimate web service.",
        ["T1567: exfiltrated data over a legitimate web service"],
    ),
    ("The attackers used automated queries to collect records.", ["T1119: used automated queries"]),
    (
        "A custom script was used by the attackers to collect all contacts automatically.",
        ["T1119: script was used by the attackers to collect"],
    ),
    ("The intruder accessed the internal knowledge base.", ["T1213: accessed the internal knowledge base"]),
    ("The intruder created a new user account to keep access.", ["T1136: created a new user account"]),
    (
        "The actors installed a remote monitoring and management tool on a laptop.",
        ["T1219: installed a remote monitoring and management tool"],
    ),
    (
        "A malicious update shipped by the software vendor installed a backdoor: a software supply chain attack.",
        ["T1195.002: malicious update shipped"],
    ),
    ("The attackers deleted virtual machines and destroyed data.", ["T1485: deleted virtual machines"]),
    (
        "The attack bears the hallmarks of Scattered Spider, a group known for social engineering.",
        ["known T1684: social engineering"],
    ),
    (
        "Scattered Spider, which is known for MFA bombing and impersonating employees, has been active since 2022.",
        ["known T1621: MFA bombing", "known T1684.001: impersonating employees"],
    ),
    ("The company refused to pay the ransom.", ["T1657: refused to pay the ransom"]),
    (
        "The attackers used the key to copy files from the storage bucket.",
        ["T1530: used the key to copy files from the storage bucket"],
    ),
]
NOTHING = [
    "# Recommendations\nThe attackers used vishing.",
    "- Initial Access: Not detailed.",
    "No ransomware was used.",
    "There is no sign of phishing.",
    "The stolen data could be used for phishing.",
    "Customers should watch for phishing emails.",
    "Customers were urged to look out for phishing emails pretending to be from the company.",
    "The group is known for vishing.",
    "The ransomware gang Akira posted the files on its site.",
    "Ransomware was not involved in the incident.",
    "The company said the incident was not a ransomware attack.",
    "As a precaution, the company reset MFA for all staff.",
    "The database contained stolen passwords of users.",
    "No passwords or credentials were accessed.",
    "The company engaged third-party experts to investigate.",
    "A storage bucket was left open to the internet.",
    "The company has not received a ransom demand.",
    "The company patched a vulnerability in its web portal.",
    "The attackers said they had deleted the stolen data.",
    "A rogue insider copied the customer list.",
    "It is not known whether phishing was involved.",
    "Whether ransomware was deployed is unclear.",
    "The company declined to say whether attackers used stolen credentials.",
    "Phishing training will be rolled out to all staff.",
    "The airline will deploy phishing-resistant MFA.",
    "Scattered Spider uses social engineering to target help desks.",
    "Groups like Scattered Spider often rely on vishing.",
    "Unlike the attack on a rival retailer, which began with phishing, little is known here.",
    "T1486 was not observed.",
    "- T1486: Not observed.",
    "There is no evidence that attackers used stolen credentials.",
    "If ransomware had been deployed, recovery would have taken weeks.",
    "Was it ransomware?",
    "A risk of phishing remains.",
    "Stolen data may fuel phishing campaigns.",
    "Police warned of an increase in ransomware attacks.",
    "Help desk staff reset customer passwords after the incident.",
    "Employees have been trained to spot social engineering.",
    "The company introduced stricter checks against vishing at its help desk.",
    "Vishing is one of the most common entry points for this kind of group.",
    "Experts say that vishing attacks are increasing.",
    "Phishing remains the leading cause of breaches, according to a survey.",
    "It is suspected that ransomware was used.",
    "Whether the attackers obtained credentials through phishing remains under investigation.",
    "The airline denied that it had been hit by ransomware.",
    "Unlike a ransomware attack, the incident left systems running.",
    "Customers have reported phishing emails since the breach.",
    "Scammers are sending customers phishing messages that use the stolen data.",
    "Beware of phone calls from people who claim to be bank employees.",
    "The firm said it would never call customers to ask for passwords.",
    "Persistence: Not explicitly detailed.",
    "Credential Access: Not detailed (passwords were not accessed).",
    "- Exfiltration: Data theft occurred.",
    "- Collection: Customer data.",
    "The CRM platform was not accessed.",
    "The company uses Salesforce as its CRM.",
    "The customer database is hosted in Sydney.",
    "The customer database was encrypted at rest.",
    "The bucket has been secured.",
    "The hospital said that no files were encrypted.",
    "The passwords were encrypted.",
    "Credit card data is encrypted and was not taken.",
    "No ransom was paid.",
    "We have seen no evidence of extortion.",
    "The vulnerability could be exploited remotely.",
    "The company runs a bug bounty so that researchers can report flaws.",
    "Attackers exploited a flaw to escalate privileges on the host.",
    "Card skimmers were found on two ATMs.",
    "Customers who reuse passwords should change them.",
    "Supply chain disruptions delayed deliveries.",
    "Data was shared with third parties for marketing.",
    "A third-party forensic firm confirmed the findings.",
    "A former employee used his old login to copy files.",
    "The employee logged in with her own account.",
    "The intruders did not use valid accounts.",
    "MFA prompts are now limited to three an hour.",
    "MFA was enforced for all remote access.",
    "Customers were asked to register their devices again.",
    "All OAuth tokens were revoked by the vendor.",
    "The company revoked access tokens and reset API keys.",
    "The attackers published samples on Telegram.",
    "Automated monitoring detected the unusual queries.",
    "Customers can create an account online.",
    "Remote access software is widely used in the industry.",
    "The company deleted data of former customers in line with its retention policy.",
    "The attack was carried out by a disgruntled insider with valid credentials.",
    "The gang typically gains access through phishing.",
    "Members of the collective often pose as employees to fool help desks.",
    "In earlier attacks the group used MFA fatigue.",
    "The insurer did not say if stolen credentials were used.",
    "The attackers may have used social engineering.",
    "MITRE ATT&CK mapping was not provided.",
    "Mitigations for T1078 include stronger MFA.",
    "Indicators: none provided.",
    "## Recommendations\n- Train staff against T1566.004.",
    "The report does not mention T1486.",
    "# Related Incidents\n- Another carrier was hit by ransomware.",
    "Phishing and malware were ruled out.",
    "There was no phishing, no malware and no ransomware.",
    "Hackers claim to have data on millions of customers.",
    "The airline apologised and set up a support line.",
    "Personal information was accessed by an unauthorised party.",
    "An unauthorised actor gained access to a database.",
    "Passwords of 300,000 users were stolen.",
    "Stolen credentials were found for sale on a forum.",
    "Customers are advised to change their passwords.",
    "No evidence suggests that credentials were compromised.",
    "The firm blocked a phishing attempt last week.",
    "Email filters stopped the phishing emails.",
    "The ransomware group did not encrypt any systems.",
    "No systems were encrypted, the company said.",
    "The company would not pay a ransom.",
    "The government is considering a ban on ransom payments.",
    "The company is reviewing the access of its third-party vendors.",
    "Vendors were told to reset their keys.",
    "Fraudsters impersonating the airline are contacting travellers.",
    "Be alert to scammers who impersonate our staff.",
    "Scammers posing as our employees have called customers.",
    "Users had to reset their MFA devices after the outage.",
    "The CRM supplier said its own systems were not breached.",
    "A new CRM will be introduced next year.",
    "Documents were stored in cloud storage.",
    "A vulnerability was found and fixed before anyone could exploit it.",
    "There is no indication that the vulnerability was exploited.",
    "Credential stuffing was ruled out.",
    "Infostealer logs are traded widely.",
    "The vendor deleted the malicious app.",
    "The data was leaked by a careless employee.",
    "An email was sent to the wrong recipients.",
    "A misdirected e-mail exposed the list.",
    "SIM swapping was used to take over the phone number.",
    "### Initial Access\n- Not stated.",
    "- **Likely vector**: Possibly social engineering, but unconfirmed.",
    "## Lessons Learned\n- Social engineering was the entry point and phishing training was missing.",
    "## Containment\n- Reset MFA for the hijacked account and revoked stolen OAuth tokens used to access data.",
    "## References\n- T1566.004 Spearphishing Voice",
    "Detection rules for T1078 should be added.",
    "The attackers are known for phishing.",
    "Scattered Spider is not known for phishing.",
    "Researchers say the tactics resemble those of groups known for vishing.",
    "The FBI warned airlines about vishing by the same group.",
    "Google tracked a vishing campaign against other companies.",
    "Analysts suspect vishing, though the company has not confirmed it.",
    "The method of entry is unknown; vishing has been mentioned by commentators.",
    "Phishing was not the cause.",
    "The cause was not phishing but a lost laptop.",
    "Instead of ransomware, the group relies on data theft.",
    "There was neither ransomware nor extortion.",
    "Ransom payment: none.",
    "Attack type: data breach",
    "Ransomware: No",
    "Phishing: not applicable",
    "Malware or ransomware: none reported.",
    "The data was held by a third-party vendor.",
    "Our vendors were not affected.",
    "A third party notified us of the incident.",
    "The stolen data includes names and email addresses.",
    "Data theft occurred.",
    "The attacker accessed the CRM.",
    "The actor has links to ransomware groups.",
    "Ransomware gangs have claimed similar attacks.",
    "The company has not been contacted by the attackers about a ransom.",
    "No ransom demand has been made.",
    "A software bug exposed customer data to other customers.",
    "The leak exposes customers to phishing.",
    "Attackers may use the data to craft convincing phishing messages.",
    "The company reminded staff about phishing.",
    "A phishing-awareness campaign was launched.",
    "Phishing sites imitating the airline have been taken down.",
    "Staff deleted the misdirected e-mail.",
    "The insider e-mailed the list to himself.",
    "An employee left a laptop on a train.",
    "The attack vector has not been disclosed.",
    "Techniques: none stated.",
    "The method is unknown.",
    "Investigators are looking at whether a help-desk call was used.",
    "The call centre received many calls from worried customers.",
    "Customers called the help desk to reset their passwords.",
    "Attackers called the data valuable.",
    "The attackers called the company's response slow.",
    "The company called in contractors to help.",
    "The airline called on staff to be careful.",
    "Agents at the call centre use a cloud platform.",
    "Employees use single sign-on with MFA.",
    "Staff were asked to reset MFA.",
    "The bank does not use SMS codes.",
    "The attackers did not deploy ransomware, did not extort the company and did not destroy data.",
    "Neither stolen credentials nor malware played a part.",
    "It was not a phishing attack, the company said.",
    "The company has ruled out an insider and ransomware.",
    "Reports of ransomware are false.",
    "Claims that ransomware was used are wrong, according to the company.",
    "The suspected cause is a phishing email.",
    "One theory is that the attackers used stolen credentials.",
    "Had MFA been enabled, stolen credentials would have been useless.",
    "Stolen credentials alone are not enough to log in.",
    "The attackers tried and failed to deploy ransomware.",
    "An attempted ransomware attack was stopped.",
    "In a hypothetical scenario, attackers use vishing to reset MFA.",
    "This guide explains how vishing works.",
    "What is vishing? Vishing is phishing by phone.",
    "Vishing is a form of social engineering.",
    "Read more: how a ransomware attack hit a hospital",
    "Related: Retailer hit by ransomware attack",
    "The same group was behind the ransomware attack on a casino.",
    "The group previously breached a casino using social engineering.",
    "Last month the collective hit two insurers with vishing.",
    "Scattered Spider specialises in social engineering.",
    "Scattered Spider has a track record of social engineering.",
    "Scattered Spider has used vishing in several attacks on insurers.",
    "The gang's members are skilled at social engineering.",
    "The company downloaded customer records from the CRM to notify the people affected.",
    "After the attack, the company deleted old data and files.",
    "Investigators extracted records from the CRM to see what was taken.",
    "The regulator threatened to publish its findings.",
    "Lawyers demanded payment of damages from the airline.",
    "Management persuaded employees to accept the plan.",
    "Banks approved fraudulent loan applications.",
    "After the breach, the airline created new accounts for administrators.",
    "After the attack the team registered new devices for MFA.",
    "Following the hack, customers logged in with new passwords.",
    "Researchers exploited a vulnerability in the portal to show the risk.",
    "The files were encrypted in the backup process.",
]


@pytest.mark.parametrize(("text", "expected"), USED)
def test_what_a_report_says_was_used(text, expected):
    """The id in use today, and the words it is read from."""
    assert said(text) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_a_report_does_not_say(text):
    """Denied, unknown, feared, advised, usual, told of others, or no technique at all."""
    assert said(text) == []


def test_what_stands_beside_the_id():
    """Kind, method, name and version; an old id under the one in use."""
    (phrase,) = read("The attackers impersonated IT staff.")
    assert phrase.value == "T1684.001"
    assert phrase.detail == {
        "kind": "claimed",
        "method": "phrase rule",
        "name": "Impersonation",
        "version": "18.1 with renames of 19.2",
    }
    assert phrase.modality == "asserted"
    (written,) = read("The report names T1656 as used.")
    assert (written.value, written.detail["method"]) == ("T1684.001", "explicit id")


def test_what_a_group_is_known_for_names_the_group():
    """Never a claim about this incident."""
    vishing, fatigue = read("The group Muddled Libra is known for vishing and MFA fatigue attacks.")
    assert {each.detail["kind"] for each in (vishing, fatigue)} == {"known_for_actor"}
    assert vishing.detail["actor"] == fatigue.detail["actor"] == "Muddled Libra"


def test_a_report_that_implies_says_so():
    """`inferred` is the report's own word for it."""
    (draft,) = read("The intrusion is assumed to have begun with the use of stolen credentials.")
    assert (draft.value, draft.modality) == ("T1078", "inferred")


@pytest.mark.parametrize(
    "heading",
    [
        "Recommendations",
        "Lessons learned",
        "What customers can do",
        "Recovery",
        "Containment",
        "Similar incidents",
    ],
)
def test_parts_that_do_not_tell_what_happened(heading):
    """The same words count under another heading."""
    told = "The attackers used vishing and T1078."
    assert read(f"## {heading}\n{told}") == []
    assert [each.value for each in read(f"## What happened\n{told}")] == ["T1566.004", "T1078"]


def test_an_id_is_not_read_twice():
    """Phrase and id of one technique in one sentence, an id twice, an old id beside the new one."""
    assert said("Attackers used vishing (T1566.004).") == ["T1566.004: T1566.004"]
    assert said("They used T1656, later called T1684.001.") == ["T1684.001: T1656"]
    assert said("Phishing (T1598.003) was used by the attackers.") == ["T1598.003: T1598.003"]


TABLES = b"""# Report

## Attack methodology

| Tactic | Technique | Detail |
|---|---|---|
| Initial Access | T1566.004 | Somebody rang the desk |
| Persistence | T1098.005 | A telephone was added |
| Impact | T1486 | Not observed |
| Collection | T1530 | Files were copied |

| Seen | Technique |  Sure |
|---|---|---|
| Not observed | T1190 | yes |
| yes | T1199 | yes |

| Id | Notes |
|---|---|
| T1621 | All night |
| T1485 | Not observed |

- **T1657 - Financial Theft:** The group demanded a ransom.
- **Initial Access (T1199):** Not detailed.
"""


def test_ids_in_tables_and_labels():
    """In any column; not where another cell of the row or the value says that it was not seen."""
    _, document = read_document("report.md", TABLES, None)
    drafts = [each for each in rule(document) if isinstance(each, Draft)]
    assert [each.value for each in drafts] == ["T1566.004", "T1098.005", "T1530", "T1199", "T1621", "T1657"]
    assert [document.text[slice(*each.span)] for each in drafts] == [each.value for each in drafts]


@pytest.mark.parametrize(
    "text",
    [
        "Flight T1078A was used.",
        "They used part XT1078.",
        "They used T1078.0042.",
        "They used T9999.",
        "See /T1078/ used.",
    ],
)
def test_what_only_looks_like_an_id(text):
    """Part numbers, paths and ids that no version has."""
    assert read(text) == []


def test_a_quote_keeps_the_markup_inside():
    """The span leads back to the page, letter for letter."""
    text = "- **Vector:** The attackers used **stolen   credentials** to enter."
    assert said(text) == ["T1078: used **stolen   credentials"]


def test_every_phrase_has_a_technique_in_use():
    """Each id of the table is known, live and of the newest version."""
    attack = load()
    for each in PHRASES:
        technique = attack.technique(each.technique)
        assert technique is not None
        assert technique.revoked_by is None
        assert not technique.deprecated
        assert each.acts or each.names
        assert all(stem == stem.casefold() and len(stem) >= 3 for stem in each.stems)


_WORDS = st.sampled_from(
    [
        "the",
        "attackers",
        "used",
        "stolen",
        "credentials",
        "vishing",
        "phishing",
        "ransomware",
        "not",
        "no",
        "could",
        "customers",
        "help",
        "desk",
        "called",
        "MFA",
        "reset",
        "T1078",
        "T1656",
        "known",
        "for",
        "Spider",
        "is",
        "CRM",
        "exported",
        "from",
        "data",
        ",",
        ".",
        ";",
        ":",
        "—",
        "'",
        "”",
        "?",
        "\n",
        "#",
        "-",
        "**",
        "(",
        ")",
        "if",
        "was",
    ]
)


@given(st.lists(_WORDS, max_size=40).map(" ".join) | st.text(max_size=80))
def test_any_text_is_read(text):
    """No text breaks the rule; every quote stands in the page, in order, under a known id."""
    drafts = read(text)
    assert [each.span[0] for each in drafts] == sorted(each.span[0] for each in drafts)
    for each in drafts:
        assert 0 <= each.span[0] < each.span[1] <= len(text)
        assert load().technique(str(each.value)) is not None


_PREFIXES = st.sampled_from(
    [
        "There is no evidence that ",
        "It is not known whether ",
        "The company denied that ",
        "If ",
        "Customers should be aware that ",
        "Experts warned that ",
        "It is possible that ",
        "The company did not say that ",
    ]
)


@given(_PREFIXES, st.sampled_from([text for text, _ in USED if re.fullmatch(r"[^\n:;#?|–—-]+\.", text)]))
def test_a_doubt_in_front_takes_a_sentence_back(prefix, text):
    """Whatever counts by itself is nothing behind a denial or a doubt, up to the next turn of thought."""
    doubted = prefix + text[0].lower() + text[1:]
    turns = re.search(r"\bbut\b|\binstead\b|, and (?:the|they|it)\b|known for|T\d{4}", text)
    if turns is None:
        assert said(doubted) == []


@pytest.mark.parametrize(
    "piece",
    [
        "The airline told 300,000 customers on Monday that their names were taken. ",
        "phishing ",
        "used ",
        "tricked used stolen compromised ",
        "Foo is known for vishing ",
        "used a, b, c, ",
        "T1078 ",
        "ransomware (",
    ],
)
def test_time_grows_with_the_text_only(piece):
    """A quarter of a megabyte, in one sentence or many, would take hours with quadratic work."""
    text = page((piece * (250_000 // len(piece) + 1))[:250_000])
    begin = time.process_time()
    list(rule(text))
    assert time.process_time() - begin < 30
