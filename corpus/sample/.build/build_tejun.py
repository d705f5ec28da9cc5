import re,json
Z=str.maketrans('0123456789','０１２３４５６７８９')
z=lambda n:str(n).translate(Z)
lab=json.load(open('labels.json'))['6']
KANA='アイウエオカキクケコ'
W=40
NOHEAD='、。，．）」』】・ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ'
NOTAIL='（「『'
def wrap(t):
    out=[];first=True
    while t:
        w=W if first else W-1
        pre='' if first else '　'
        if len(t)<=w: out.append(pre+t);break
        k=w
        if t[k] in '、。）」':      # ぶら下げ
            k+=1
        elif t[k] in NOHEAD:
            k-=1
        while t[k-1] in NOTAIL: k-=1
        out.append(pre+t[:k]);t=t[k:];first=False
    return out
body=[];toc=[];n=[0]*5;cnt={0:0,1:0,2:0,3:0,4:0}
LPP=38
for l in open('tejun.src',encoding='utf-8'):
    l=l.rstrip('\n')
    l=re.sub(r'\{(\w+)\}',lambda m:'第'+z(lab[m.group(1)])+'条',l)
    k,t=l.split('　',1)
    if k=='第':
        if body: body.append('')
        n=[n[0]+1,0,0,0,0];cnt[0]+=1
        toc.append((f'第{z(n[0])}',t,len(body)))
        body+=wrap(f'第{z(n[0])}　{t}')
    elif k=='1':
        n[1]+=1;n[2]=n[3]=0;cnt[1]+=1;body+=wrap(f'{z(n[1])}　{t}')
    elif k=='2':
        n[2]+=1;n[3]=0;cnt[2]+=1;body+=wrap(f'（{z(n[2])}）　{t}')
    elif k=='3':
        n[3]+=1;n[4]=0;cnt[3]+=1;body+=wrap(f'{KANA[n[3]-1]}　{t}')
    elif k=='4':
        n[4]+=1;cnt[4]+=1;body+=wrap(f'（{KANA[n[4]-1]}）　{t}')
# 附則
b=len(body)
body+=['','附則']
toc.append(('附則','',b+1))
body+=wrap('１　この手順は、令和６年６月１日から実施する。')
body+=wrap('２　星見市情報セキュリティ共通実施手順（平成２８年１０月３日決裁）は、廃止する。')
head=['　　　　　　　　　　　　　　　　　　　　　　　　　情政第３７号','　　　　　　　　　　　　　　　　　　　　　　　　　令和６年５月２０日','','　　　　　　星見市情報セキュリティ共通実施手順','','　　　　　　　　　　　　　　　　　　　　　統括情報セキュリティ責任者','','目　次','']
tl=[]
for a,t,pos in toc:
    s=a+('　'+t if t else '')
    pg=z(pos//LPP+1)
    tl.append(s+'…'*(38-len(s)-len(pg))+pg)
txt='\n'.join(head+tl+['','']+body)+'\n'
open('tejun.utf8','w',encoding='utf-8',newline='').write(txt.replace('\n','\r\n'))
print(cnt,sum(cnt.values()),'+附則2','lines',txt.count('\n'),'maxw',max(len(x) for x in txt.split('\n')))
